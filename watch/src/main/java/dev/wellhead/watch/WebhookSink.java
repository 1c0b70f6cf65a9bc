// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import dev.wellhead.pool.Secret;
import dev.wellhead.watch.internal.AlertJson;
import dev.wellhead.watch.internal.AlertPost;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Posts each alert to an address as JSON. Tried again while the address does not answer, or answers 408, 429 or 5xx, for
 * ten minutes; one at a time, in order.
 *
 * <p>With a secret each request is signed: {@code Wellhead-Signature: t=SECONDS,v1=HEX}, where HEX is the HMAC-SHA256 (RFC
 * 2104) of {@code SECONDS}, a dot and the body. A receiver that compares it, and refuses old times, takes no forged and no
 * repeated alerts.
 */
public final class WebhookSink implements AlertSink, AutoCloseable {

    /** What is posted. */
    public enum Form {
        /** All fields of {@link Alert} by name. */
        GENERIC,
        /** A message for Slack's incoming webhooks, and what understands these. */
        SLACK
    }

    private static final String ALGORITHM = "HmacSHA256";
    private static final long FIRST_PAUSE_MILLIS = 1_000;

    private final Form form;
    private final @Nullable Secret secret;
    private final AlertPost post;

    /**
     * Posts to that address.
     *
     * @param address http or https; it may hold a secret, and is not shown anywhere
     * @param secret signs; null: nothing is signed
     * @throws IllegalArgumentException when the address is no such URL
     */
    public WebhookSink(URI address, Form form, @Nullable Secret secret) {
        this(address, form, secret, FIRST_PAUSE_MILLIS);
    }

    WebhookSink(URI address, Form form, @Nullable Secret secret, long firstPauseMillis) {
        var scheme = String.valueOf(address.getScheme());
        if (address.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IllegalArgumentException("the address of a webhook must be an http or https URL with a host");
        }
        this.form = form;
        this.secret = secret;
        this.post = new AlertPost("webhook", address, firstPauseMillis, null);
    }

    @Override
    public void tell(Alert alert) {
        var body = form == Form.SLACK ? AlertJson.slack(alert) : AlertJson.generic(alert);
        post.post(() -> new AlertPost.Letter(body, signature(body)));
    }

    private Map<String, String> signature(String body) {
        var key = secret;
        if (key == null) {
            return Map.of();
        }
        long seconds = Instant.now().getEpochSecond();
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key.reveal().getBytes(StandardCharsets.UTF_8), ALGORITHM));
            var sum = mac.doFinal((seconds + "." + body).getBytes(StandardCharsets.UTF_8));
            return Map.of(
                    "Wellhead-Signature",
                    "t=" + seconds + ",v1=" + HexFormat.of().formatHex(sum));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java has " + ALGORITHM, impossible);
        }
    }

    /** How many alerts were taken. */
    public long sent() {
        return post.sent();
    }

    /** How many alerts were given up. */
    public long lost() {
        return post.lost();
    }

    /** Posts no more. */
    @Override
    public void close() {
        post.close();
    }
}
