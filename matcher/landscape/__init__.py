"""All organizations at once: the map, who worked with whom, who has what where, and where nobody does."""
