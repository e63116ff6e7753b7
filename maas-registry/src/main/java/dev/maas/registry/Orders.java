package dev.maas.registry;

import dev.maas.InvalidInputException;

/** Bounds for the texts that people write into histories. */
final class Orders {
    private static final int LONGEST_WHO = 200;
    private static final int LONGEST_WHY = 2_000;

    private Orders() {}

    static String requireWho(String who) {
        boolean fits =
                !who.isBlank() && who.length() <= LONGEST_WHO && who.chars().noneMatch(Character::isISOControl);
        if (!fits) {
            throw new InvalidInputException("Who gives an order is named by 1 to " + LONGEST_WHO
                    + " characters without line breaks; got " + who.length());
        }
        return who;
    }

    static String requireWhy(String why) {
        if (why.length() > LONGEST_WHY) {
            throw new InvalidInputException("A reason has up to " + LONGEST_WHY + " characters; got " + why.length());
        }
        return why;
    }
}
