"""What is measured on one model: its heads, its vitals, its symptoms and what they mean."""
