# perl old-kernel.pl NUMBER COMMAND...: runs a program on x86-64 as if the kernel had no system call above NUMBER: those
# answer ENOSYS, by a seccomp filter. 313 is the last one of Linux 3.10 (CentOS 7), 332 of Linux 4.11.
use strict;
my ($last, @command) = @ARGV;
my ($prctl, $no_new_privs, $set_seccomp, $filter_mode) = (157, 38, 22, 2);
# load the system call's number; is it greater than the last one? then ENOSYS (38), else allow
my $filter = pack '(SCCL)4', 0x20, 0, 0, 0, 0x25, 0, 1, $last, 0x06, 0, 0, 0x00050000 | 38, 0x06, 0, 0, 0x7fff0000;
my $program = pack 'S x6 P', 4, $filter;
syscall($prctl, $no_new_privs, 1, 0, 0, 0) == 0 or die "no_new_privs: $!\n";
syscall($prctl, $set_seccomp, $filter_mode, $program) == 0 or die "seccomp: $!\n";
exec @command or die "$command[0]: $!\n";
