"""What can be asked of a hub, by those who named one."""
