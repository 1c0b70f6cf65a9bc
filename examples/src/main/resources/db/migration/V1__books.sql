-- Steps of 50: Hibernate fetches that many numbers at once.
CREATE SEQUENCE book_seq INCREMENT BY 50;

CREATE TABLE book (
    id bigint PRIMARY KEY DEFAULT nextval('book_seq'),
    title text NOT NULL CONSTRAINT book_has_a_title CHECK (title <> '')
);
