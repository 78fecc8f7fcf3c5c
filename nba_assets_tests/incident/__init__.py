"""The evening of 3 January replayed: what broke the old pipeline, on a pipeline without guards and on this one."""
