"""Methods that turn readings into evidence; pure functions of their input."""
