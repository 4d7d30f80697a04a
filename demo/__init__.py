"""The studio: UI-neutral pictures, requests and views, and the interfaces that show them."""
