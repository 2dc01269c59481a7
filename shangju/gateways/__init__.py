"""Ways out of the system (SMS, e-mail, WeCom) behind one interface."""
