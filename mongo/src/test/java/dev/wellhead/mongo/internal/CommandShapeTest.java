// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.mongo.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CommandShapeTest {

    private static String shape(String json) {
        var text = BsonDocument.parse(json);
        return CommandShape.of(text.getFirstKey(), text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{find: 'orders', filter: {a: 1, b: {$gt: 2}}, sort: {c: -1}, $db: 'x'}"
                        + "|find orders {a: ?, b: {$gt: ?}} sort {c: ?}",
                "{find: 'orders'}|find orders",
                "{aggregate: 'orders', pipeline: [{$match: {a: 'x'}}, {$limit: 5}], cursor: {}}"
                        + "|aggregate orders [{$match: {a: ?}}, {$limit: ?}]",
                "{aggregate: 1, pipeline: [{$currentOp: {}}]}|aggregate [{$currentOp: {}}]",
                "{insert: 'orders', documents: [{secret: 1}]}|insert orders",
                "{update: 'orders', updates: [{q: {_id: 1}, u: {$set: {a: 2}}}, {q: {b: 1}, u: {}}]}"
                        + "|update orders {_id: ?} with {$set: {a: ?}}",
                "{update: 'orders', updates: []}|update orders",
                "{delete: 'orders', deletes: [{q: {_id: 1}, limit: 1}]}|delete orders {_id: ?}",
                "{findAndModify: 'orders', query: {a: 1}, update: {$inc: {n: 1}}}"
                        + "|findAndModify orders {a: ?} update {$inc: {n: ?}}",
                "{distinct: 'orders', key: 'state', query: {a: 1}}|distinct orders state {a: ?}",
                "{count: 'orders', query: {}}|count orders {}",
                "{getMore: 77, collection: 'orders'}|getMore orders",
                "{ping: 1}|ping",
                "{listCollections: 1, filter: {name: 'x'}}|listCollections"
            })
    void namesStayAndValuesGo(String command, String expected) {
        assertThat(shape(command)).isEqualTo(expected);
    }

    @Test
    void listsOfAnyLengthAreOneShape() {
        assertThat(shape("{find: 'o', filter: {a: {$in: [1]}}}"))
                .isEqualTo(shape("{find: 'o', filter: {a: {$in: [1, 2, 3, 4]}}}"))
                .isEqualTo("find o {a: {$in: [?]}}");
    }

    @Test
    void hostileNamesAreMadeSafeAndLongOnesCut() {
        var filter = new BsonDocument("a\n\"\u202e", new BsonInt32(1));
        for (int i = 0; i < 10_000; i++) {
            filter.append("field" + i, new BsonInt32(i));
        }
        var text = new BsonDocument("find", new BsonString("o\r")).append("filter", filter);

        assertThat(CommandShape.of("find", text))
                .startsWith("find o? {a???: ?, field0: ?")
                .hasSize(1_000);
    }

    @Test
    void depthIsBounded() {
        var deep = new BsonDocument("x", new BsonInt32(1));
        for (int i = 0; i < 5_000; i++) {
            deep = new BsonDocument("x", deep);
        }
        assertThat(CommandShape.of("find", new BsonDocument("find", new BsonString("o")).append("filter", deep)))
                .endsWith("{x: ?}}}}}}}}}");
    }

    @Test
    void commandWhoseTextIsWithheldIsItsNameAlone() {
        assertThat(CommandShape.of("saslStart", new BsonDocument())).isEqualTo("saslStart");
        assertThat(CommandShape.of("find", new BsonDocument())).isEqualTo("find");
    }
}
