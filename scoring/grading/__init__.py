"""Who the customer is: grade, lifecycle, lists, portraits and what the value hangs on, for all accounts at once."""
