"""The training step of a GPT with its backward pass written by hand: each part there and back."""
