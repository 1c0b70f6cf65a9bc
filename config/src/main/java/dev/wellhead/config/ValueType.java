// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.pool.Lane;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How a value is written.
 *
 * @param unit what it counts, or what may stand there
 * @param parser from text; refuses with rule and fix
 * @param writer back to text
 * @param shape what it looks like
 * @param <T> the value's type
 */
record ValueType<T>(String unit, Parser<T> parser, Function<T, String> writer, Shape shape) {

    private static final int MOST_RETRIES = 1_000;
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{16,}");

    /** A type of any text, as far as can be seen from outside. */
    ValueType(String unit, Parser<T> parser, Function<T, String> writer) {
        this(unit, parser, writer, new Shape.Text());
    }

    /** A text of ours as files spell the value. */
    String normal(String text) {
        try {
            return writer.apply(parser.parse(text));
        } catch (BadValueException impossible) {
            throw new IllegalStateException("a value of our own is refused: " + text, impossible);
        }
    }

    /** Reads a text. */
    @FunctionalInterface
    interface Parser<T> {
        T parse(String text) throws BadValueException;
    }

    /** What a duration may be. */
    enum Span {
        NOT_NEGATIVE,
        POSITIVE
    }

    static ValueType<String> text(String unit) {
        return new ValueType<>(unit, text -> text, value -> value);
    }

    /** A secret that comes with a request: printable, and too long to be guessed. */
    static ValueType<String> token() {
        return new ValueType<>(
                "token",
                value -> {
                    if (!TOKEN.matcher(value).matches()) {
                        throw new BadValueException(
                                "must have 16 or more characters, letters, digits and signs without blanks",
                                "make one: openssl rand -hex 16");
                    }
                    return value;
                },
                value -> value,
                new Shape.Matching(TOKEN.pattern()));
    }

    /** Where something is posted. */
    static ValueType<String> httpUrl() {
        return new ValueType<>(
                "URL",
                text -> {
                    var fix = "write it as https://host/path, or http://host:port for one nearby";
                    try {
                        var url = new URI(text.strip());
                        var scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
                        if (url.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
                            throw new BadValueException("must be an http or https URL with a host", fix);
                        }
                        if (url.getUserInfo() != null || url.getFragment() != null) {
                            throw new BadValueException("must hold no user, password or fragment", fix);
                        }
                        return url.toString();
                    } catch (URISyntaxException malformed) {
                        throw new BadValueException("must be an http or https URL with a host", fix);
                    }
                },
                value -> value,
                new Shape.Matching("\\s*[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+(?:[/?][^#]*)?"));
    }

    /** Rules of alerts with commas between. */
    static ValueType<List<AlertConfig.Rule>> alerts() {
        return new ValueType<>(
                "NAME=threshold for time,...",
                AlertText::parse,
                AlertText::text,
                new Shape.Matching(AlertText.PATTERN));
    }

    static ValueType<String> address() {
        return new ValueType<>(
                "address",
                text -> {
                    if (text.isBlank()) {
                        throw new BadValueException(
                                "must not be empty",
                                "use 127.0.0.1 for this machine only, or 0.0.0.0 for all its addresses");
                    }
                    return text.strip();
                },
                value -> value);
    }

    static ValueType<Integer> count(String unit, int least, int most) {
        var shape = new Shape.Whole(least, most);
        var range = shape.range();
        return new ValueType<>(
                unit,
                text -> {
                    int number = wholeNumber(text, "must be a whole number " + range, "use a value " + range);
                    if (number < least || number > most) {
                        throw new BadValueException("must be " + range, "use a value " + range);
                    }
                    return number;
                },
                String::valueOf,
                shape);
    }

    static ValueType<Integer> retries() {
        return count("retries", 0, MOST_RETRIES);
    }

    static ValueType<Double> share() {
        return fraction("share", 0, 0.9, "use 0.25 for a quarter");
    }

    static ValueType<Double> factor() {
        return fraction("factor", 1, 100, "use 2 to double the pause each time");
    }

    static ValueType<Double> price() {
        return fraction("price", 0, 1_000_000, "use 0 where it is not known");
    }

    private static ValueType<Double> fraction(String unit, double least, double most, String fix) {
        var shape = new Shape.Fraction(least, most);
        return new ValueType<>(
                unit,
                text -> {
                    double number = fraction(text);
                    if (!(number >= least && number <= most)) {
                        throw new BadValueException("must be " + shape.range(), fix);
                    }
                    return number;
                },
                ValueType::plain,
                shape);
    }

    static ValueType<Duration> duration(Span span) {
        return new ValueType<>(
                "duration",
                text -> {
                    var duration = DurationText.parse(text);
                    if (span == Span.POSITIVE && (duration.isZero() || duration.isNegative())) {
                        throw new BadValueException("must be longer than zero", "use a duration such as 5s");
                    }
                    if (duration.isNegative()) {
                        throw new BadValueException("must not be negative", "use 0, or a duration such as 5s");
                    }
                    if (duration.compareTo(Duration.ofDays(365)) > 0) {
                        throw new BadValueException("must be at most 365d", "use a shorter duration");
                    }
                    return duration;
                },
                DurationText::text,
                new Shape.Time(span == Span.NOT_NEGATIVE));
    }

    static ValueType<Boolean> flag() {
        return new ValueType<>(
                "true|false",
                text -> switch (text.strip().toLowerCase(Locale.ROOT)) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new BadValueException("must be true or false", "write true or false");
                },
                String::valueOf,
                new Shape.Flag());
    }

    static <E extends Enum<E>> ValueType<E> choice(Class<E> type) {
        var names =
                Arrays.stream(type.getEnumConstants()).collect(Collectors.toMap(ValueType::kebab, Function.identity()));
        var words = Arrays.stream(type.getEnumConstants()).map(ValueType::kebab).toList();
        return new ValueType<>(
                "choice",
                text -> {
                    var found = names.get(text.strip().toLowerCase(Locale.ROOT).replace('_', '-'));
                    if (found == null) {
                        var nearest = Nearest.word(text.strip(), words);
                        throw new BadValueException(
                                "must be one of " + String.join(", ", words),
                                nearest.map(name -> "did you mean " + name + "?")
                                        .orElse("use one of these"));
                    }
                    return found;
                },
                ValueType::kebab,
                new Shape.Choice(words));
    }

    /** {@code name=value,name=value}; in a file a mapping as well. */
    static ValueType<Map<String, String>> pairs() {
        return new ValueType<>(
                "name=value,...",
                text -> {
                    var pairs = new TreeMap<String, String>();
                    for (var pair : text.split(",", -1)) {
                        int equals = pair.indexOf('=');
                        if (equals < 1) {
                            throw new BadValueException(
                                    "must be name=value pairs with commas between",
                                    "write them as name=value,name=value, or as a mapping in wellhead.yaml");
                        }
                        pairs.put(
                                pair.substring(0, equals).strip(),
                                pair.substring(equals + 1).strip());
                    }
                    return pairs;
                },
                pairs -> new TreeMap<>(pairs)
                        .entrySet().stream()
                                .map(pair -> pair.getKey() + "="
                                        + (Masking.isSecretName(pair.getKey()) ? Masking.MASK : pair.getValue()))
                                .collect(Collectors.joining(",")),
                new Shape.Pairs());
    }

    /** Lanes with commas between; in a file a mapping as well. */
    static ValueType<List<Lane>> lanes() {
        return new ValueType<>("name=guaranteed..ceiling,...", LaneText::parse, LaneText::text, new Shape.Lanes());
    }

    private static int wholeNumber(String text, String rule, String fix) throws BadValueException {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException notANumber) {
            throw new BadValueException(rule, fix);
        }
    }

    private static double fraction(String text) throws BadValueException {
        try {
            double number = Double.parseDouble(text.strip());
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw new BadValueException("must be a number", "write it with a point, such as 0.25");
        }
        throw new BadValueException("must be a finite number", "write it with a point, such as 0.25");
    }

    static String plain(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e9
                ? String.valueOf((long) number)
                : String.valueOf(number);
    }

    private static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
