"""tinygpt, the classroom laboratory for attention: its root is the lecture, file by file, and what all rooms share."""
