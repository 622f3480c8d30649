"""`syncd map`: what stands for what in both shops, shown, set by hand, written out and read in."""
