"""What every part of the system speaks; imports nothing of ours."""
