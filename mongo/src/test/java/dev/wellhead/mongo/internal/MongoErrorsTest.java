// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoClientException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoCredential;
import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoOperationTimeoutException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoServerUnavailableException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoSocketOpenException;
import com.mongodb.MongoSocketReadException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteException;
import com.mongodb.ServerAddress;
import com.mongodb.WriteError;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.bulk.BulkWriteResult;
import dev.wellhead.database.ErrorCode;
import dev.wellhead.database.ErrorKind;
import dev.wellhead.database.Judgement;
import dev.wellhead.database.Meaning;
import dev.wellhead.database.Phase;
import java.net.ConnectException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class MongoErrorsTest {

    private static final ServerAddress SERVER = new ServerAddress("db.example.com");

    private static MongoCommandException ofServer(int code, String name) {
        return new MongoCommandException(
                new BsonDocument("ok", new BsonInt32(0))
                        .append("code", new BsonInt32(code))
                        .append("codeName", new BsonString(name))
                        .append("errmsg", new BsonString("E11000 dup key: { mail: \"ada@example.com\" }")),
                SERVER);
    }

    private static Judgement judged(RuntimeException error, Phase phase) {
        return MongoErrors.judge(error, phase, "find orders").orElseThrow().judgement();
    }

    static Stream<MongoErrors.Row> rows() {
        return MongoErrors.ROWS.stream();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void codeOfTheServerIsWhatItsRowSays(MongoErrors.Row row) {
        var fault = MongoErrors.judge(ofServer(row.code(), row.name()), Phase.AUTOCOMMIT_SENT, "find orders")
                .orElseThrow();

        assertThat(fault.judgement()).isEqualTo(new Judgement(row.kind(), row.meaning(), row.error()));
        assertThat(fault.detail()).isEqualTo("MongoDB code " + row.code() + " " + row.name());
        assertThat(fault.statement()).isEqualTo("find orders");
    }

    @Test
    void everyCodeHasOneRow() {
        assertThat(MongoErrors.ROWS).extracting(MongoErrors.Row::code).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT,RETRY_ANYWHERE",
        "NOT_SENT,RETRY_ANYWHERE",
        "IN_TRANSACTION,RETRY_TRANSACTION",
        "AUTOCOMMIT_SENT,AMBIGUOUS",
        "COMMIT_SENT,AMBIGUOUS"
    })
    void lostConnectionAndLeavingServerAreJudgedByThePhase(Phase phase, ErrorKind kind) {
        var expected = new Judgement(kind, Meaning.CONNECTION_LOST, ErrorCode.E2010);

        assertThat(judged(new MongoSocketReadException("gone", SERVER), phase)).isEqualTo(expected);
        assertThat(judged(new MongoSocketException("gone", SERVER), phase)).isEqualTo(expected);
        assertThat(judged(ofServer(11602, "InterruptedDueToReplStateChange"), phase))
                .isEqualTo(expected);
    }

    @Test
    void classesOfTheDriverSayWhatHappened() {
        assertThat(judged(new MongoSocketOpenException("refused", SERVER, new ConnectException()), Phase.NOT_SENT))
                .isEqualTo(new Judgement(ErrorKind.RETRY_ANYWHERE, Meaning.UNREACHABLE, ErrorCode.E2003));
        assertThat(judged(
                        new MongoTimeoutException("Timed out while waiting for a server that matches"),
                        Phase.AUTOCOMMIT_SENT))
                .isEqualTo(new Judgement(ErrorKind.RETRY_ANYWHERE, Meaning.UNREACHABLE, ErrorCode.E2003));
        assertThat(judged(
                        new MongoTimeoutException("Timed out after 5000 ms while waiting for a connection to server x"),
                        Phase.NOT_SENT))
                .isEqualTo(new Judgement(ErrorKind.RETRY_ANYWHERE, Meaning.OVERLOADED, ErrorCode.E2001));
        assertThat(judged(new MongoInterruptedException("interrupted", null), Phase.AUTOCOMMIT_SENT))
                .isEqualTo(new Judgement(ErrorKind.NEVER, Meaning.CANCELLED, ErrorCode.E2006));
        assertThat(judged(new MongoInterruptedException("interrupted", null), Phase.COMMIT_SENT))
                .isEqualTo(new Judgement(ErrorKind.AMBIGUOUS, Meaning.CANCELLED, ErrorCode.E2006));
        assertThat(judged(new MongoOperationTimeoutException("over"), Phase.IN_TRANSACTION))
                .isEqualTo(new Judgement(ErrorKind.NEVER, Meaning.TIMEOUT, ErrorCode.E2002));
        assertThat(judged(new MongoOperationTimeoutException("over"), Phase.COMMIT_SENT))
                .isEqualTo(new Judgement(ErrorKind.AMBIGUOUS, Meaning.TIMEOUT, ErrorCode.E2002));
        assertThat(judged(new MongoClientException("no sessions"), Phase.COMMIT_SENT))
                .isEqualTo(new Judgement(ErrorKind.NEVER, Meaning.OTHER, ErrorCode.E2007));
        assertThat(judged(new MongoException(4711, "new"), Phase.COMMIT_SENT))
                .isEqualTo(new Judgement(ErrorKind.AMBIGUOUS, Meaning.OTHER, ErrorCode.E2007));
    }

    @Test
    void loginIsRefusedOnlyWhereTheServerSaidSo() {
        var credential = MongoCredential.createCredential("app", "admin", "s3cret".toCharArray());

        assertThat(judged(
                        new MongoSecurityException(credential, "no", ofServer(18, "AuthenticationFailed")),
                        Phase.CONNECT))
                .isEqualTo(new Judgement(ErrorKind.NEVER, Meaning.AUTHENTICATION, ErrorCode.E2008));
        assertThat(judged(
                        new MongoSecurityException(credential, "cut", new MongoSocketReadException("gone", SERVER)),
                        Phase.CONNECT))
                .isEqualTo(new Judgement(ErrorKind.RETRY_ANYWHERE, Meaning.UNREACHABLE, ErrorCode.E2003));
        assertThat(judged(
                                new MongoSecurityException(
                                        credential, "leaves", ofServer(11600, "InterruptedAtShutdown")),
                                Phase.CONNECT)
                        .code())
                .isEqualTo(ErrorCode.E2003);
    }

    @ParameterizedTest
    @EnumSource(value = Phase.class)
    void inATransactionNothingIsInDoubtAndInACommitNothingIsUndoneWithoutALabel(Phase phase) {
        for (var row : MongoErrors.ROWS) {
            var kind = judged(ofServer(row.code(), row.name()), phase).kind();
            if (phase == Phase.IN_TRANSACTION) {
                assertThat(kind).as(row.name()).isNotEqualTo(ErrorKind.AMBIGUOUS);
            } else if (phase == Phase.COMMIT_SENT) {
                assertThat(kind).as(row.name()).isIn(ErrorKind.AMBIGUOUS, ErrorKind.NEVER);
            }
        }
    }

    @Test
    void clearedPoolIsAServerThatCannotBeReached() {
        var error = new MongoServerUnavailableException("cleared");

        assertThat(judged(error, Phase.NOT_SENT))
                .isEqualTo(new Judgement(ErrorKind.RETRY_ANYWHERE, Meaning.UNREACHABLE, ErrorCode.E2003));
        assertThat(judged(error, Phase.IN_TRANSACTION).kind()).isEqualTo(ErrorKind.RETRY_TRANSACTION);
        assertThat(judged(error, Phase.AUTOCOMMIT_SENT).kind()).isEqualTo(ErrorKind.AMBIGUOUS);
    }

    @Test
    void labelMakesATransactionOneToRunAgain() {
        var error = new MongoException(4711, "new");
        error.addLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL);

        assertThat(judged(error, Phase.IN_TRANSACTION))
                .isEqualTo(new Judgement(ErrorKind.RETRY_TRANSACTION, Meaning.SERIALIZATION, ErrorCode.E2012));
    }

    @Test
    void writeAndBulkAreJudgedByTheirErrorAndTheirValuesAreNotTold() {
        var write = new MongoWriteException(
                new WriteError(11000, "dup key: ada@example.com", new BsonDocument()), SERVER, Set.of());
        var bulk = new MongoBulkWriteException(
                BulkWriteResult.unacknowledged(),
                List.of(new BulkWriteError(121, "failed ada@example.com", new BsonDocument(), 0)),
                null,
                SERVER,
                Set.of());

        assertThat(judged(write, Phase.AUTOCOMMIT_SENT).meaning()).isEqualTo(Meaning.CONSTRAINT);
        assertThat(judged(bulk, Phase.AUTOCOMMIT_SENT).meaning()).isEqualTo(Meaning.CONSTRAINT);
        assertThat(MongoErrors.judge(write, Phase.AUTOCOMMIT_SENT, "")
                        .orElseThrow()
                        .detail())
                .isEqualTo("MongoDB code 11000 DuplicateKey");
    }

    @Test
    void whatTheProgramThrowsIsNotTheDatabases() {
        assertThat(MongoErrors.judge(new IllegalArgumentException("own"), Phase.NOT_SENT, ""))
                .isEmpty();
    }

    @Test
    void foundOutcomesAreJudgedAsSuch() {
        var lost = new MongoSocketReadException("gone", SERVER);

        assertThat(judged(CommitFault.aborted(lost), Phase.COMMIT_SENT))
                .isEqualTo(new Judgement(ErrorKind.RETRY_TRANSACTION, Meaning.CONNECTION_LOST, ErrorCode.E2010));
        assertThat(judged(CommitFault.unknown(lost), Phase.COMMIT_SENT))
                .isEqualTo(new Judgement(ErrorKind.AMBIGUOUS, Meaning.CONNECTION_LOST, ErrorCode.E2018));
    }
}
