"""Each server's library, and the work on it off the event loop."""
