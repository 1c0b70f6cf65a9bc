// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import dev.wellhead.pool.Lane;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Lanes as text: {@code batch=0..8,admin=1..1 kept exempt}. What stands behind the name is what is guaranteed, the ceiling,
 * and in any order {@code kept} when the guaranteed connections are not lent and {@code exempt} when leases may last.
 */
final class LaneText {

    /** What stands behind a lane's name. */
    static final String PATTERN =
            "\\s*[0-9]{1,9}\\s*\\.\\.\\s*[0-9]{1,9}(?:\\s+(?:[Kk][Ee][Pp][Tt]|[Ee][Xx][Ee][Mm][Pp][Tt]))*\\s*";

    /** A lane's name. */
    static final String NAME = "\\s*(?!default\\s*=)[A-Za-z0-9._-]{1,64}\\s*";

    private static final Pattern SHARES = Pattern.compile("([0-9]{1,9})\\s*\\.\\.\\s*([0-9]{1,9})(?:\\s+(.*))?");
    private static final String RULE =
            "must be name=guaranteed..ceiling, with kept or exempt after it where they apply";
    private static final String FIX =
            "write it as batch=0..8,admin=1..1 kept exempt, or in wellhead.yaml as a mapping batch: 0..8 under lanes";

    private LaneText() {}

    /** All lanes, sorted by name. */
    static List<Lane> parse(String text) throws BadValueException {
        var lanes = new TreeMap<String, Lane>();
        for (var part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw new BadValueException(RULE, FIX);
            }
            var lane = lane(part.substring(0, equals).strip(), part.substring(equals + 1));
            if (lanes.put(lane.name(), lane) != null) {
                throw new BadValueException("must name each lane once", "drop or rename one of the two " + lane.name());
            }
        }
        return List.copyOf(lanes.values());
    }

    /** One lane, from its name and what stands behind it. */
    static Lane lane(String name, String text) throws BadValueException {
        if (!name.matches("[A-Za-z0-9._-]{1,64}") || name.equals(Lane.DEFAULT)) {
            throw new BadValueException(
                    "must name each lane by 1 to 64 letters, digits, '.', '_' or '-', and not " + Lane.DEFAULT,
                    "use a name such as batch");
        }
        var shares = SHARES.matcher(text.strip());
        if (!shares.matches()) {
            throw new BadValueException(RULE, FIX);
        }
        var words = shares.group(3) == null
                ? List.<String>of()
                : Arrays.asList(shares.group(3).toLowerCase(Locale.ROOT).split("\\s+", -1));
        for (var word : words) {
            if (!word.equals("kept") && !word.equals("exempt")) {
                throw new BadValueException(
                        "knows kept and exempt behind the shares of a lane, not " + word,
                        Nearest.word(word, List.of("kept", "exempt"))
                                .map(near -> "did you mean " + near + "?")
                                .orElse("leave it out"));
            }
        }
        int guaranteed = Integer.parseInt(shares.group(1));
        int ceiling = Integer.parseInt(shares.group(2));
        return new Lane(name, guaranteed, ceiling, !words.contains("kept"), words.contains("exempt"));
    }

    static String text(List<Lane> lanes) {
        return lanes.stream().map(Lane::toString).collect(Collectors.joining(","));
    }
}
