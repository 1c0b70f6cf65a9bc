// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.pool.Secret;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class RedactionTest {

    private static final String SECRET = "c4n4ry-pass";

    private static Redaction redaction() {
        var properties = new Properties();
        properties.setProperty("user", "clerk");
        properties.setProperty("password", SECRET);
        properties.setProperty("sslpassword", "c4n4ry");
        properties.setProperty("trustStorePassword", "abc");
        return Redaction.of("jdbc:fake:1", properties);
    }

    private static String trace(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void whatHoldsNoSecretGoesOnAsItIs() {
        var failure = new SQLException("connection refused to abc", "08001", new IOException("refused"));
        assertThat(redaction().clean(failure)).isSameAs(failure);
    }

    @Test
    void aSecretIsTakenOutWhereverItHangs() {
        var failure = new SQLException("login failed with {password=" + SECRET + "}", "28P01", 1045);
        failure.initCause(new IOException("sent " + SECRET, new IllegalArgumentException("c4n4ry")));
        failure.addSuppressed(new RuntimeException("closing with " + SECRET));
        failure.setNextException(new SQLException("next " + SECRET, "08006"));

        var clean = (SQLException) redaction().clean(failure);

        assertThat(trace(clean)).doesNotContain("c4n4ry").contains("login failed with {password=****}");
        assertThat(clean.getNextException().getMessage()).isEqualTo("next ****");
        assertThat(clean.getSQLState()).isEqualTo("28P01");
        assertThat(clean.getErrorCode()).isEqualTo(1045);
        assertThat(clean.getStackTrace()).isEqualTo(failure.getStackTrace());
        assertThat(clean.getCause()).hasMessage("java.io.IOException: sent ****");
        assertThat(clean.getSuppressed()).hasSize(1);
    }

    @Test
    void aSecretThatIsAPlainWordIsFoundAsAWordOnly() {
        var properties = new Properties();
        properties.setProperty("user", "clerk");
        properties.setProperty("password", "postgres");
        var redaction = Redaction.of("jdbc:postgresql://localhost/x", properties);
        var driver = new SQLException("org.postgresql.Driver cannot reach jdbc:postgresql://localhost/x");
        assertThat(redaction.clean(driver)).isSameAs(driver);
        var told = redaction.clean(new SQLException("postgres, 'postgres' and xpostgres by postgres"));
        assertThat(told).hasMessage("****, '****' and xpostgres by ****");
    }

    @Test
    void theUsersNameIsNoSecretThoughItIsThePassword() {
        var properties = new Properties();
        properties.setProperty("user", "n0body-else");
        properties.setProperty("password", "n0body-else");
        var failure = new SQLException("password authentication failed for user \"n0body-else\"");
        assertThat(Redaction.of("jdbc:fake:1", properties).clean(failure)).isSameAs(failure);
    }

    @Test
    void circlesEnd() {
        var inner = new SQLException("inner " + SECRET);
        var outer = new SQLException("outer", inner);
        inner.initCause(outer);
        inner.setNextException(outer);
        outer.addSuppressed(inner);

        assertThat(trace(redaction().clean(outer))).doesNotContain("c4n4ry").contains("inner ****");
    }

    @Test
    void chainThatDoesNotEndIsCut() {
        var failure = new SQLException("first");
        for (int i = 0; i < 10_000; i++) {
            failure = new SQLException("link " + i + " " + SECRET, failure);
        }
        assertThat(trace(redaction().clean(failure))).doesNotContain("c4n4ry").hasSizeLessThan(200_000);
    }

    @Test
    void textThatCannotBeReadIsNoFailureOfItsOwn() {
        var failure = new SQLException("outer " + SECRET, new IllegalStateException() {

            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new UnsupportedOperationException("no text");
            }
        });
        assertThat(trace(redaction().clean(failure)))
                .doesNotContain("c4n4ry")
                .contains("the text cannot be read: java.lang.UnsupportedOperationException");
    }

    @Test
    void anErrorOfTheDriversStaysOne() {
        var harmless = new LinkageError("no class");
        assertThatThrownBy(() -> redaction().clean(harmless)).isSameAs(harmless);
        assertThat(redaction().clean(new LinkageError("with " + SECRET)))
                .hasMessage("java.lang.LinkageError: with ****");
    }

    @Test
    void aSecretIsFoundInTheFormsThatDriversSendItIn() {
        var secret = "p@ss w\u00f6rd+c4n4ry";
        var properties = new Properties();
        properties.setProperty("password", secret);
        var redaction = Redaction.of("jdbc:fake:1", properties);
        for (var form : List.of(
                "p%40ss+w%C3%B6rd%2Bc4n4ry",
                "p%40ss%20w%C3%B6rd%2Bc4n4ry",
                Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)),
                Base64.getUrlEncoder().withoutPadding().encodeToString(secret.getBytes(StandardCharsets.UTF_8)))) {
            assertThat(redaction.clean(new SQLException("<" + form + ">")).getMessage())
                    .matches("<\\*{4}=*>");
        }
    }

    @Test
    void secretParametersOfTheUrlAreLookedForAsWrittenAndDecoded() {
        var redaction = Redaction.of("jdbc:fake:1?user=clerk&sslpassword=c4n4ry%40url", new Properties());
        assertThat(redaction.clean(new SQLException("of c4n4ry%40url and c4n4ry@url for clerk")))
                .hasMessage("of **** and **** for clerk");
    }

    @Test
    void whatAConnectWasMadeWithIsKnownToEverybodyFromThenOn() {
        var properties = new Properties();
        properties.setProperty("password", "w4rbler-of-another-pool");
        assertThat(Secret.mask("said w4rbler-of-another-pool")).contains("w4rbler");
        assertThat(Redaction.of("jdbc:fake:2", properties)).isNotNull();
        assertThat(Secret.mask("said w4rbler-of-another-pool")).isEqualTo("said ****");

        var failure = new IllegalStateException("outer", new SQLException("said w4rbler-of-another-pool", "08006"));
        assertThat(trace(Secret.mask(failure))).doesNotContain("w4rbler").contains("outer", "said ****");
        var harmless = new IllegalStateException("outer", new SQLException("said nothing", "08006"));
        assertThat(Secret.mask(harmless)).isSameAs(harmless);
    }

    @Test
    void onlyTheLastSecretsAreKnown() {
        for (int i = 0; i < 300; i++) {
            var properties = new Properties();
            properties.setProperty("password", "w4rbler-" + i + "-end");
            assertThat(Redaction.of("jdbc:fake:3", properties)).isNotNull();
        }
        assertThat(Secret.mask("w4rbler-299-end")).isEqualTo("****");
        assertThat(Secret.mask("w4rbler-0-end")).isEqualTo("w4rbler-0-end");
    }

    @Test
    void whatTellsASecretByItsNameIsMaskedForALogThoughNobodyKnowsIt() {
        var failure = new IllegalStateException("cannot use {user=clerk, password=w4rbler-unknown}");
        assertThat(Secret.mask(failure)).hasMessageEndingWith("{user=clerk, password=****}");
    }

    @Test
    void hugeOrUnreadableTextIsToldAgainForALog() {
        var huge = Secret.mask(new IllegalStateException("x".repeat(1_000_000)));
        assertThat(huge.getMessage()).hasSizeLessThan(5_000);
        var unreadable = Secret.mask(new IllegalStateException() {

            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new UnsupportedOperationException("no text");
            }
        });
        assertThat(trace(unreadable)).contains("RedactionTest");
    }
}
