"""Many clips: found in folders, lifted one by one or by several processes, each recorded when it is done."""
