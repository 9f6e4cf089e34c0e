"""Profiles: how the workbooks that state bodies circulate are read into candidates."""
