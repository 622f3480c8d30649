"""Running the streams: one cycle, one run of all of them, or for ever."""
