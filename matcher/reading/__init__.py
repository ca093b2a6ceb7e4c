"""Reading a brief written in plain English: what it asks for, offers, refuses, with the words it rests on."""
