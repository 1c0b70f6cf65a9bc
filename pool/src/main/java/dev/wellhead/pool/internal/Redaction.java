// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets out of what others say: some drivers quote the properties they were given. What holds none goes on as it
 * is; else it is told again, with state and code, by an exception whose text has {@code ****} in their place.
 *
 * <p>A secret is looked for as it is, percent-encoded and in Base64. One of fewer than {@value #SHORTEST} characters is
 * not looked for: it would be found everywhere. Nor is one that is its user's name, which is no secret, and one of small
 * letters alone is found only as a word: with the password {@code postgres} the driver is still {@code org.postgresql}.
 *
 * <h2>Known secrets</h2>
 *
 * The last {@value #MOST_KNOWN} secrets that connects of this process were made with, whoever's: a text to be shown may
 * come from anywhere. Guarded by their own lock, which is held for a look into a map; readers read an immutable list.
 */
public final class Redaction {

    private static final int SHORTEST = 4;
    /** Of one failure; what lies further in is left out where anything has to be told again. */
    private static final int MOST = 32;

    private static final int MOST_KNOWN = 256;
    /** Of one text of a failure that is told again. */
    private static final int LONGEST = 4_000;

    private static final String MASK = Secret.empty().toString();

    private static final Map<String, Boolean> KNOWN = new LinkedHashMap<>(16, 0.75f, true);
    private static volatile List<String> knownForms = List.of();

    private final UnaryOperator<String> mask;

    private Redaction(UnaryOperator<String> mask) {
        this.mask = mask;
    }

    /**
     * Looks for the values that are secret by their names, among the properties and the URL's parameters; they are known
     * from now on.
     */
    static Redaction of(String url, Properties properties) {
        var secrets = new LinkedHashSet<String>(JdbcUrl.secrets(url));
        for (var key : properties.stringPropertyNames()) {
            var value = properties.getProperty(key);
            if (!value.equals(JdbcUrl.mask(key, value))) {
                secrets.add(value);
            }
        }
        var user = properties.getProperty("user", "");
        secrets.removeIf(secret -> secret.length() < SHORTEST || secret.equals(user));
        know(secrets);
        return new Redaction(text -> without(forms(secrets), text));
    }

    private static void know(Collection<String> secrets) {
        synchronized (KNOWN) {
            var isNew = false;
            for (var secret : secrets) {
                isNew |= KNOWN.put(secret, true) == null;
            }
            var oldest = KNOWN.keySet().iterator();
            while (KNOWN.size() > MOST_KNOWN) {
                oldest.next();
                oldest.remove();
            }
            if (isNew) {
                knownForms = forms(KNOWN.keySet());
            }
        }
    }

    /** The longest first, so that one that holds another goes as a whole. */
    private static List<String> forms(Collection<String> secrets) {
        Set<String> forms = new LinkedHashSet<>(secrets);
        for (var secret : secrets) {
            var encoded = URLEncoder.encode(secret, StandardCharsets.UTF_8);
            var bytes = secret.getBytes(StandardCharsets.UTF_8);
            forms.add(encoded);
            forms.add(encoded.replace("+", "%20"));
            forms.add(Base64.getEncoder().withoutPadding().encodeToString(bytes));
            forms.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        }
        return forms.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    private static String without(List<String> forms, String text) {
        var masked = text;
        for (var form : forms) {
            masked = isPlainWord(form) ? withoutWord(form, masked) : masked.replace(form, MASK);
        }
        return masked;
    }

    private static boolean isPlainWord(String form) {
        return form.chars().allMatch(letter -> letter >= 'a' && letter <= 'z');
    }

    private static String withoutWord(String word, String text) {
        var masked = new StringBuilder();
        int done = 0;
        for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
            int end = at + word.length();
            boolean isWord = (at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1)))
                    && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)));
            if (isWord) {
                masked.append(text, done, at).append(MASK);
                done = end;
            }
        }
        return masked.append(text, done, text.length()).toString();
    }

    /** The text without the known secrets. */
    public static String withoutKnown(String text) {
        return without(knownForms, text);
    }

    /** The failure as it may be logged: without known secrets, and without what looks like one. */
    public static Throwable shown(Throwable failure) {
        var redaction = new Redaction(Secret::mask);
        return redaction.isIn(failure) ? redaction.copy(failure) : failure;
    }

    /**
     * The failure, or one without secrets that says the same.
     *
     * @throws Error the failure, where it is one without secrets
     */
    Exception clean(Throwable failure) {
        if (isIn(failure)) {
            return copy(failure);
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return (Exception) failure;
    }

    /** Whether a secret is in it or in anything that hangs on it, or a text that cannot be read. */
    private boolean isIn(Throwable failure) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        var left = new ArrayDeque<Throwable>(List.of(failure));
        while (!left.isEmpty()) {
            var next = left.pop();
            if (!seen.add(next)) {
                continue;
            }
            if (seen.size() > MOST || isToBeToldAgain(next)) {
                return true;
            }
            left.addAll(List.of(next.getSuppressed()));
            var cause = causeOf(next);
            if (cause != null) {
                left.add(cause);
            }
            if (next instanceof SQLException sql && sql.getNextException() != null) {
                left.add(sql.getNextException());
            }
        }
        return false;
    }

    /** With the class's own text form, which may say more. */
    private boolean isToBeToldAgain(Throwable failure) {
        try {
            var text = failure + " " + failure.getMessage();
            return text.length() > 2 * LONGEST || !mask.apply(text).equals(text);
        } catch (RuntimeException | StackOverflowError e) {
            return true;
        }
    }

    /** A class may override it, and throw. */
    private static @Nullable Throwable causeOf(Throwable failure) {
        try {
            return failure.getCause();
        } catch (RuntimeException | StackOverflowError e) {
            return null;
        }
    }

    /** Masked before it is cut, so that no half of a secret is left. */
    private String masked(Throwable failure) {
        try {
            var message = String.valueOf(failure.getMessage());
            var looked = message.length() <= 2 * LONGEST ? message : message.substring(0, 2 * LONGEST);
            var text = mask.apply(looked);
            return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
        } catch (RuntimeException | StackOverflowError e) {
            return "the text cannot be read: " + e.getClass().getName();
        }
    }

    private Exception copy(Throwable failure) {
        return copy(failure, new int[] {MOST}, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private Exception copy(Throwable failure, int[] left, Set<Throwable> seen) {
        left[0]--;
        seen.add(failure);
        Exception made;
        if (failure instanceof SQLException sql) {
            var said = new SQLException(masked(failure), sql.getSQLState(), sql.getErrorCode());
            var next = inner(sql.getNextException(), left, seen);
            if (next instanceof SQLException found) {
                said.setNextException(found);
            }
            made = said;
        } else {
            made = new IllegalStateException(failure.getClass().getName() + ": " + masked(failure));
        }
        made.setStackTrace(failure.getStackTrace());
        var cause = inner(causeOf(failure), left, seen);
        if (cause != null) {
            made.initCause(cause);
        }
        for (var suppressed : failure.getSuppressed()) {
            var found = inner(suppressed, left, seen);
            if (found != null) {
                made.addSuppressed(found);
            }
        }
        return made;
    }

    private @Nullable Throwable inner(@Nullable Throwable failure, int[] left, Set<Throwable> seen) {
        return failure == null || left[0] <= 0 || seen.contains(failure) ? null : copy(failure, left, seen);
    }
}
