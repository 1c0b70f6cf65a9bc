// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.internal;

import java.util.Locale;

/** How a column's label and a component's name are found to be the same. */
final class Names {
    private Names() {}

    /**
     * The form in which names are compared: {@code street_name}, {@code STREET_NAME}, {@code streetName} and
     * {@code street.name} are one, and so are {@code line_1} and {@code line1}.
     *
     * @param name of a column or a component, or the path of a nested component
     * @return in lower case, without underscores and dots
     */
    static String normal(String name) {
        var text = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '_' && c != '.') {
                text.append(c);
            }
        }
        return text.toString().toLowerCase(Locale.ROOT);
    }

    /**
     * The column that a component is written to: {@code streetName} becomes {@code street_name}, {@code htmlURL}
     * becomes {@code html_url}, {@code line1} stays.
     *
     * @param component name of a component, or the path of a nested one
     * @return in lower case, with an underscore where a word begins
     */
    static String snakeCase(String component) {
        var text = new StringBuilder(component.length() + 4);
        for (int i = 0; i < component.length(); i++) {
            char c = component.charAt(i);
            if (c == '.') {
                text.append('_');
                continue;
            }
            if (beginsWord(component, i) && text.length() > 0 && text.charAt(text.length() - 1) != '_') {
                text.append('_');
            }
            text.append(c);
        }
        return text.toString().toLowerCase(Locale.ROOT);
    }

    private static boolean beginsWord(String name, int i) {
        if (i == 0 || !Character.isUpperCase(name.charAt(i))) {
            return false;
        }
        boolean isAfterUpper = Character.isUpperCase(name.charAt(i - 1));
        boolean isBeforeLower = i + 1 < name.length() && Character.isLowerCase(name.charAt(i + 1));
        return !isAfterUpper || isBeforeLower;
    }
}
