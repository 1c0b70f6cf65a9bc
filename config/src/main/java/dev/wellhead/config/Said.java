// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

/**
 * One value that somebody said. Its text may be a secret: it has no place in {@link #toString()}.
 *
 * @param slot what it is meant for
 * @param text the value as the key's type reads it
 * @param written the value as it was written, for messages
 * @param layer who said it
 * @param place where, such as {@code wellhead.yaml:12}
 */
record Said(Slot slot, String text, String written, Layer layer, String place) {

    /** The database of the keys that are not a database's. */
    static final String NO_DATABASE = "";

    /**
     * What a value is meant for.
     *
     * @param database the database's name, or {@link #NO_DATABASE}
     * @param key the key in the table
     * @param part the name of a pair, for keys that hold pairs and are said one by one; else empty
     */
    record Slot(String database, String key, String part) {

        static Slot of(String database, String key) {
            return new Slot(database, key, "");
        }

        /** The key in full; the database called {@code default} needs no prefix. */
        String text() {
            var name = part.isEmpty() ? key : key + "." + part;
            return database.isEmpty() || database.equals(Keys.DEFAULT_DATABASE)
                    ? name
                    : Keys.DATABASES + database + "." + name;
        }
    }

    static Said plain(Slot slot, String text, Layer layer, String place) {
        return new Said(slot, text, text, layer, place);
    }

    /** The same words meant for another key. */
    Said as(String key, String newText) {
        return new Said(Slot.of(slot.database(), key), newText, newText, layer, place);
    }

    /** The value as messages may show it. */
    String shown() {
        boolean secret = Keys.find(slot).filter(Key::secret).isPresent() || Masking.isSecretName(slot.part());
        // Pairs that cannot be told apart may hold a secret under any name.
        if (secret || (slot.key().equals(Keys.PAIRS) && slot.part().isEmpty())) {
            return Masking.MASK;
        }
        if (slot.key().equals("url")) {
            return ConnectionUrl.shown(written);
        }
        return Sections.find(slot.key())
                .map(entry -> entry.key().shown().apply(written))
                .orElse(written);
    }

    @Override
    public String toString() {
        return place + " " + slot.text();
    }
}
