"""`geohazard up`: the whole pipeline on one machine, with parts that pip installs."""
