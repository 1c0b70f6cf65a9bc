package shop.api;

public record Visit(long id, String who) {}
