"""What is measured, each a command."""
