// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import java.util.List;

/**
 * One effective value and where it comes from.
 *
 * @param database whose setting it is; empty for those that are not a database's
 * @param key the setting's name in full, such as {@code pool.max-size} or {@code databases.orders.url}
 * @param value the value as files spell it; {@code ****} where it is secret and given, empty where nothing is set
 * @param standard what the value would be if nobody had said anything, spelled likewise
 * @param origin who said so: {@code flag pool.max-size}, {@code environment DATABASE_URL}, {@code .env:3},
 *     {@code wellhead.yaml:12}, {@code profile production}, {@code default}
 * @param unit what the value counts, such as {@code connections} or {@code duration}
 * @param choices the words that may stand there; empty where it is not one of a few
 * @param secret whether the value is never shown
 * @param live whether a new value counts at reload, as opposed to after a restart
 */
public record Setting(
        String database,
        String key,
        String value,
        String standard,
        String origin,
        String unit,
        List<String> choices,
        boolean secret,
        boolean live) {

    /** Copies the list. */
    public Setting {
        choices = List.copyOf(choices);
    }

    static Setting of(Said.Slot slot, Key<?, ?, ?> key, String value, String standard, String origin) {
        return new Setting(
                slot.database(),
                slot.text(),
                value,
                standard,
                origin,
                key.type().unit(),
                key.type().shape() instanceof Shape.Choice choice ? choice.words() : List.of(),
                key.secret(),
                key.change() == Change.LIVE);
    }

    /** Whether the value is another than it would be if nobody had said anything. */
    public boolean isChanged() {
        return !value.equals(standard);
    }
}
