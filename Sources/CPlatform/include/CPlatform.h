// What URLSession cannot be told on Linux, and a few calls that are awkward from Swift.
//
// URLSession has no public way to name a CA, the oldest TLS version or a proxy. It hands every
// finished libcurl handle to curl_multi_add_handle; this target stands in for that function, sets
// what is missing, and calls the original. One request at a time: the caller arms the settings,
// sends, looks at the outcome, and disarms.
#ifndef CURLOPTIONS_H
#define CURLOPTIONS_H

#include <stddef.h>

// Whether this process's URLSession calls our hook. Where it does not, nothing may be sent.
int tx_hook_effective(void);

// Flags for tx_arm.
enum {
  TX_PLAIN_HTTP = 1,      // only http may be spoken, else only https
  TX_SKIP_VERIFY = 2,     // accept any certificate for any name
  TX_NO_PROXY = 4,        // go there directly, whatever the environment says
};

// Copies the settings for the requests to come. A url replaces the handle's own. For https give one
// of ca_blob, ca_path and ca_file at least; what is NULL is not trusted. Returns 0, or an errno.
int tx_arm(const char *url, const char *ca_file, const char *ca_path,
           const unsigned char *ca_blob, size_t ca_blob_length, int flags, long timeout_ms);

// Forgets the settings; from now on every request is refused.
void tx_disarm(void);

// What happened since tx_arm.
struct tx_outcome {
  int applied;         // handles that got every setting
  int refused;         // handles that were made unable to connect
  int refused_option;  // the libcurl option that could not be set, or 0
  int refused_code;    // and libcurl's reason
  int code;            // libcurl's result of the last transfer, or -1 if none has ended
  long os_errno;       // the last errno of connecting
  long connect_status; // a proxy's answer to CONNECT, or 0
  int connected;       // whether the server, or a proxy, took the connection
  long remote_port;    // the port that took it: the server's, or a proxy's
  int proxy_tls_failed; // whether TLS with an https proxy was begun and not agreed on
  int too_many_headers; // whether the answer's headers were larger than 64 KiB
};
struct tx_outcome tx_outcome(void);

// Stops OpenSSL from reading openssl.cnf and from loading texts that nobody gets to see. Must come
// before libcurl's first use of OpenSSL.
void tx_skip_openssl_config(void);

// Whether this is the static build, which carries its libraries in itself.
int tx_is_static(void);

// Versions of what is linked or loaded: "7.88.1", "OpenSSL 3.0.19 …", "1.18.1"; NULL if absent.
const char *tx_version_libcurl(void);
const char *tx_version_openssl(void);
const char *tx_version_cares(void);

// The commit and the Swift toolchain of the static binary, such as "swift-6.3.1-RELEASE"; "unknown"
// in other builds.
const char *tx_commit(void);
const char *tx_toolchain(void);

// The process's variables. (Swift sees `environ` as a mutable global, which it does not let us use.)
char **tx_environment(void);

// Starts a program with one argument in a session of its own, without any file of ours; whoever it
// is, it is not waited for. PATH is searched. Returns 0 or an errno.
int tx_start_apart(const char *program, const char *argument, char *const *environment);

// No core dumps, no ptrace by others, no file readable by others, no death by SIGPIPE; one heap.
void tx_harden_process(void);

#endif
