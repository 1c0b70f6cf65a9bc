ALTER TABLE book ADD COLUMN lent_to text;
