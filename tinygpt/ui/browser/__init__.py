"""What runs in the browser: the page, the look and the conduct of each of our components."""
