// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** The JSON object that an operator sends, field by field. What is wrong with it is told by the field's name. */
final class AdminBody {

    private static final int LONGEST_NAME = 40;

    private final JsonNode fields;

    private AdminBody(JsonNode fields) {
        this.fields = fields;
    }

    /** Reads it; fields that are not known are refused. */
    static AdminBody read(Request request, List<String> known) {
        JsonNode read;
        try {
            read = Json.read(request.body());
        } catch (JsonProcessingException e) {
            throw bad("the body cannot be read as JSON: send an object with the fields " + known);
        }
        if (!read.isObject()) {
            throw bad("the body must be a JSON object with the fields " + known);
        }
        var unknown = new ArrayList<String>();
        read.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                unknown.add(name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "...");
            }
        });
        if (!unknown.isEmpty()) {
            throw bad("unknown fields " + unknown + ": the fields are " + known);
        }
        return new AdminBody(read);
    }

    /** The name of a database, which must be there. */
    String database() {
        var value = fields.path("database");
        if (!value.isTextual() || value.asText().isEmpty()) {
            throw bad("database is missing: give its name as a text");
        }
        return value.asText();
    }

    /** A whole number from 0, if it is there. */
    OptionalLong number(String name, long most) {
        var value = fields.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return OptionalLong.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 0 || value.asLong() > most) {
            throw bad(name + " must be a whole number from 0 to " + most);
        }
        return OptionalLong.of(value.asLong());
    }

    /** One whole number, which must be there; may be negative. */
    long required(String name) {
        var value = fields.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw bad(name + " is missing: give a whole number, as /api/leases shows it");
        }
        return value.asLong();
    }

    /** Whether that field is there. */
    boolean has(String name) {
        return fields.hasNonNull(name);
    }

    /** Settings by their key; values as files spell them, numbers and true or false too. */
    Map<String, String> settings() {
        var given = fields.path("settings");
        if (!given.isObject() || given.isEmpty()) {
            throw bad("settings is missing: give an object of keys and values, such as {\"pool.max-size\":\"20\"}");
        }
        var settings = new LinkedHashMap<String, String>();
        given.properties().forEach(entry -> {
            if (!entry.getValue().isValueNode() || entry.getValue().isNull()) {
                throw bad("settings: every value must be a text, a number, true or false");
            }
            settings.put(entry.getKey(), entry.getValue().asText());
        });
        return settings;
    }

    private static BadRequestException bad(String text) {
        return new BadRequestException(400, text);
    }
}
