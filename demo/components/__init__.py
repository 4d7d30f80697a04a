"""Canvas components: plain HTML, CSS and JavaScript files with the Python that mounts and feeds them."""
