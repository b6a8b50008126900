"""How requests reach the simulator: in process, over HTTP, over a faulty socket."""
