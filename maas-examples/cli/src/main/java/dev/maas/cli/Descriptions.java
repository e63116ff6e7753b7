package dev.maas.cli;

/** What several commands say of their parameters. */
final class Descriptions {
    static final String REF = "A version: name, name:7, name:1.4.2, name:^1.4, name@alias or name@sha256:...";

    static final String REF_OR_PATH =
            "A version, such as name or name@alias, or a file or folder: what has a '/' in it or ends in .onnx.";

    private Descriptions() {}
}
