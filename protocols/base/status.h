#ifndef VPNSIM_BASE_STATUS_H
#define VPNSIM_BASE_STATUS_H

/**
 * Result of an operation that can fail for a local reason.
 *
 * Three kinds of error are kept apart: a programmer's (assert), a peer's (a traced drop with a
 * reason, never a status) and a local failure, which is what this enumeration is for. Whoever
 * returns anything but STATUS_OK has changed nothing the caller can see.
 */
enum status {
    STATUS_OK = 0,
    STATUS_NO_MEMORY, /**< an allocation failed or a pool is at its limit */
    STATUS_NO_ROOM,   /**< the caller's buffer, table or queue is full */
    STATUS_IO,        /**< the operating system refused to read or write */
    STATUS_CRYPTO,    /**< a cipher or hash is missing (OpenSSL's legacy provider) or failed */
    STATUS_INVALID,   /**< the caller's configuration or input makes no sense */
    STATUS_NOT_FOUND, /**< the thing named does not exist */
};

/** One lower-case phrase for @p status, for messages; static storage, never NULL. */
const char *status_text(enum status status);

#endif
