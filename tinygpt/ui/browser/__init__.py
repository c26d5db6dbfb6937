"""The HTML, CSS and JavaScript of our components, and what several of them share."""
