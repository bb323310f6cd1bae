"""The living account plan: computed parts beside the parts that people write, frozen in reviewed versions."""
