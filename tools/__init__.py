"""Short programs that `make` and continuous integration run; none of them is needed to run Shangju."""
