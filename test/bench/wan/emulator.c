/*
 * A wide area network for the bench: a star of TUN devices, one in each network namespace, with delay, rate, a queue and
 * loss on the way of each packet. Kernels without tc's netem have nothing of the kind.
 *
 *   emulator NAMESPACE=ADDRESS...
 *
 * Reads lines from its input and prints "ready" first, then "done" after each:
 *   shape ADDRESS DELAY_MS RATE_MBIT LOSS QUEUE_MS   the line between that host and the core, both ways; rate 0: none
 *   cut ADDRESS                                      the line swallows everything
 *   heal ADDRESS
 * It ends with its input.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { max_hosts = 8, packet_bytes = 2048, max_packets = 65536, packets_a_turn = 64 };

struct host {
  int fd;
  uint32_t address;
  int64_t delay_ns, queue_ns;
  double bytes_per_ns, loss;
  int is_cut;
  /* When the last packet that was let in will have left: its queue's length, in time. */
  int64_t up_free_ns, down_free_ns;
};

struct packet {
  int64_t due_ns;
  uint64_t order;
  int to, length;
  unsigned char bytes[packet_bytes];
};

static struct host hosts[max_hosts];
static int host_count;
/* A heap by due_ns, then order. */
static struct packet *waiting[max_packets];
static int waiting_count;
static uint64_t last_order;
static struct packet *spare[max_packets];
static int spare_count;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int is_before(const struct packet *a, const struct packet *b) {
  return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static void push(struct packet *p) {
  int at = waiting_count++;
  for (; at > 0 && is_before(p, waiting[(at - 1) / 2]); at = (at - 1) / 2) waiting[at] = waiting[(at - 1) / 2];
  waiting[at] = p;
}

static struct packet *pop(void) {
  struct packet *first = waiting[0], *last = waiting[--waiting_count];
  int at = 0;
  for (int child = 1; child < waiting_count; child = 2 * at + 1) {
    if (child + 1 < waiting_count && is_before(waiting[child + 1], waiting[child])) child++;
    if (is_before(last, waiting[child])) break;
    waiting[at] = waiting[child];
    at = child;
  }
  waiting[at] = last;
  return first;
}

static struct packet *take_spare(void) {
  struct packet *p = spare_count > 0 ? spare[--spare_count] : malloc(sizeof(struct packet));
  if (!p) fail("malloc");
  return p;
}

/* A device in the namespace, up, with its address and the default route. */
static void add_host(char *word) {
  char *equals = strchr(word, '=');
  if (!equals || host_count == max_hosts) {
    fprintf(stderr, "not NAMESPACE=ADDRESS: %s\n", word);
    exit(2);
  }
  *equals = 0;
  char path[256];
  snprintf(path, sizeof path, "/run/netns/%s", word);
  int netns = open(path, O_RDONLY | O_CLOEXEC);
  if (netns < 0 || setns(netns, CLONE_NEWNET) != 0) fail(path);
  close(netns);
  int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI, .ifr_name = "wan"};
  if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0) fail("tun");
  struct in_addr address;
  if (inet_aton(equals + 1, &address) == 0) fail(equals + 1);
  char command[512];
  snprintf(command, sizeof command,
           "ip link set lo up && ip link set wan mtu 1500 txqueuelen 10000 up && ip addr add %s/32 dev wan && "
           "ip route add default dev wan",
           inet_ntoa(address));
  if (system(command) != 0) fail("ip");
  hosts[host_count++] = (struct host){.fd = fd, .address = address.s_addr, .queue_ns = 50000000};
}

static struct host *find(uint32_t address) {
  for (int i = 0; i < host_count; i++)
    if (hosts[i].address == address) return &hosts[i];
  return NULL;
}

/* When a packet that reaches a line at `at` has passed it; -1: its queue is full. */
static int64_t passed(const struct host *host, int64_t *free_ns, int64_t at, int length) {
  if (host->bytes_per_ns == 0) return at;
  int64_t begin = *free_ns > at ? *free_ns : at;
  if (begin - at > host->queue_ns) return -1;
  return *free_ns = begin + (int64_t)(length / host->bytes_per_ns);
}

/* Reads one packet of a host and gives it its time of arrival; 0: there is none. */
static int read_packet(struct host *from) {
  struct packet *p = take_spare();
  ssize_t length = read(from->fd, p->bytes, packet_bytes);
  if (length <= 0) {
    spare[spare_count++] = p;
    return 0;
  }
  uint32_t address = 0;
  if (length >= 20 && p->bytes[0] >> 4 == 4) memcpy(&address, p->bytes + 16, 4);
  struct host *to = find(address);
  int is_lost = !to || from->is_cut || to->is_cut || waiting_count == max_packets || drand48() < from->loss;
  int64_t at = is_lost ? -1 : passed(from, &from->up_free_ns, now_ns(), (int)length);
  if (at >= 0) at = passed(to, &to->down_free_ns, at + from->delay_ns + to->delay_ns, (int)length);
  if (at < 0) {
    spare[spare_count++] = p;
    return 1;
  }
  p->due_ns = at;
  p->order = last_order++;
  p->to = (int)(to - hosts);
  p->length = (int)length;
  push(p);
  return 1;
}

static void deliver(void) {
  while (waiting_count > 0 && waiting[0]->due_ns <= now_ns()) {
    struct packet *p = pop();
    if (!hosts[p->to].is_cut && write(hosts[p->to].fd, p->bytes, p->length) < 0 && errno != EAGAIN) fail("write");
    spare[spare_count++] = p;
  }
}

static void obey(const char *line) {
  char verb[16], name[32];
  double delay = 0, rate = 0, loss = 0, queue = 0;
  int count = sscanf(line, "%15s %31s %lf %lf %lf %lf", verb, name, &delay, &rate, &loss, &queue);
  struct in_addr address = {0};
  struct host *host = count >= 2 && inet_aton(name, &address) ? find(address.s_addr) : NULL;
  if (host && strcmp(verb, "shape") == 0 && count == 6) {
    host->delay_ns = (int64_t)(delay * 1e6);
    host->bytes_per_ns = rate * 1e6 / 8 / 1e9;
    host->loss = loss;
    host->queue_ns = (int64_t)(queue * 1e6);
  } else if (host && strcmp(verb, "cut") == 0) {
    host->is_cut = 1;
  } else if (host && strcmp(verb, "heal") == 0) {
    host->is_cut = 0;
  } else {
    fprintf(stderr, "not understood: %s\n", line);
    exit(2);
  }
  puts("done");
  fflush(stdout);
}

int main(int count, char **words) {
  for (int i = 1; i < count; i++) add_host(words[i]);
  srand48(now_ns());
  puts("ready");
  fflush(stdout);
  struct pollfd polled[max_hosts + 1];
  char line[256];
  size_t line_length = 0;
  for (;;) {
    polled[0] = (struct pollfd){.fd = 0, .events = POLLIN};
    for (int i = 0; i < host_count; i++) polled[i + 1] = (struct pollfd){.fd = hosts[i].fd, .events = POLLIN};
    int64_t wait_ns = waiting_count > 0 ? waiting[0]->due_ns - now_ns() : 3600000000000;
    if (wait_ns < 0) wait_ns = 0;
    struct timespec wait = {.tv_sec = wait_ns / 1000000000, .tv_nsec = wait_ns % 1000000000};
    if (ppoll(polled, host_count + 1, &wait, NULL) < 0 && errno != EINTR) fail("ppoll");
    deliver();
    /* Some of each in turn, so that what is due is not late behind a flood. */
    for (int i = 0; i < host_count; i++)
      for (int left = packets_a_turn; left > 0 && read_packet(&hosts[i]);) left--;
    if (polled[0].revents == 0) continue;
    char letter;
    if (read(0, &letter, 1) <= 0) return 0;
    if (letter != '\n' && line_length < sizeof line - 1) {
      line[line_length++] = letter;
      continue;
    }
    line[line_length] = 0;
    line_length = 0;
    obey(line);
  }
}
