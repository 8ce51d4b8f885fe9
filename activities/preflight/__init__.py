"""Whether a domain is fit to send mail: what receivers look at, found out before they do."""
