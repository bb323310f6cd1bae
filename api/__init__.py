"""How the service is offered over HTTP."""
