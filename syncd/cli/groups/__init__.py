"""Groups of commands: names, options and help texts only. What they do is imported when a command runs."""
