// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database.spi;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One key of a {@link ConfigSection}. Made by {@link #builder}.
 *
 * @param name without the name of the section: small letters, digits and {@code -}, such as {@code max-size}
 * @param type what stands there
 * @param text what it means, in sentences
 * @param standard what it is where nobody says anything
 * @param example what may stand there, where there is no default
 * @param aliases names of the environment that mean it as well. One that means a key of SQL databases too means this one
 *     where the section's locator is given
 * @param sizedAs the key of SQL databases whose value by {@code WORKER_CONCURRENCY} it takes, such as {@code
 *     pool.max-size}; empty: none. It goes before the default where nobody gives a size
 * @param atMost the name of the key that it must not exceed: a default that would is lowered; empty: none
 * @param holds the name of the key whose value stands in the file that this one names; empty: it names no file
 * @param shown what may be shown of a value, with {@code ****} for what is secret; the value itself unless told otherwise
 */
public record SectionKey(
        String name,
        Type type,
        String text,
        Standard standard,
        String example,
        List<String> aliases,
        String sizedAs,
        String atMost,
        String holds,
        UnaryOperator<String> shown) {

    /** Copies the list. */
    public SectionKey {
        aliases = List.copyOf(aliases);
    }

    /** What stands under a key. */
    public sealed interface Type {

        /**
         * Any text; blanks around it do not count.
         *
         * @param unit what it is, such as {@code path}
         */
        record Text(String unit) implements Type {}

        /**
         * A whole number of that range, both ends included.
         *
         * @param unit what it counts, such as {@code connections}
         */
        record Count(String unit, int least, int most) implements Type {}

        /** A duration such as {@code 250ms}; {@code zero} says whether none at all is one. */
        record Time(boolean zero) implements Type {}
    }

    /** What a key is in each profile, as files spell it; empty: nothing, which only a text may be. */
    public record Standard(String production, String edge, String local) {}

    /** Starts a key. */
    public static Builder builder(String name, Type type, String text) {
        return new Builder(name, type, text);
    }

    /** Collects what a key may have besides. */
    public static final class Builder {

        private final String name;
        private final Type type;
        private final String text;
        private Standard standard = new Standard("", "", "");
        private String example = "";
        private List<String> aliases = List.of();
        private String sizedAs = "";
        private String atMost = "";
        private String holds = "";
        private UnaryOperator<String> shown = UnaryOperator.identity();

        private Builder(String name, Type type, String text) {
            this.name = name;
            this.type = type;
            this.text = text;
        }

        /** The default of every profile. */
        public Builder standard(String value) {
            return standard(new Standard(value, value, value));
        }

        /** The defaults of the profiles. */
        public Builder standard(Standard value) {
            standard = value;
            return this;
        }

        /** What may stand there, for a key without default. */
        public Builder example(String value) {
            example = value;
            return this;
        }

        /** Other names in the environment. */
        public Builder aliases(String... values) {
            aliases = List.of(values);
            return this;
        }

        /** The key of SQL databases whose value by worker concurrency it takes. */
        public Builder sizedAs(String value) {
            sizedAs = value;
            return this;
        }

        /** The key of the section that it must not exceed. */
        public Builder atMost(String value) {
            atMost = value;
            return this;
        }

        /** The key of the section whose value stands in the file that this one names. */
        public Builder holds(String value) {
            holds = value;
            return this;
        }

        /** What may be shown of a value. */
        public Builder shown(UnaryOperator<String> value) {
            shown = value;
            return this;
        }

        /** The key. */
        public SectionKey build() {
            return new SectionKey(name, type, text, standard, example, aliases, sizedAs, atMost, holds, shown);
        }
    }
}
