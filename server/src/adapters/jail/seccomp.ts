/**
 * The filter on system calls that every jailed process has, as a classic BPF program (seccomp(2)): what a program needs
 * for its work is open; closed is what reaches into other processes, makes memory that no limit counts, opens new
 * namespaces, or is a large surface of the kernel that nobody needs here. Numbers: arch/x86/entry/syscalls/syscall_64.tbl
 * and include/uapi/asm-generic/unistd.h.
 */

interface Machine {
  /** AUDIT_ARCH_*, as seccomp_data.arch has it. */
  readonly audit: number;
  readonly refused: readonly number[];
  readonly clone: number;
  readonly socket: number;
}

/** The same on every machine: open_tree … pidfd_getfd, io_uring_*, mount_setattr, memfd_secret. */
const REFUSED_EVERYWHERE = [425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442, 447];
const CLONE3 = 435;

const MACHINES: Readonly<Record<string, Machine>> = {
  x64: {
    audit: 0xc000003e,
    // shmget msgget ptrace syslog personality modify_ldt pivot_root acct mount umount2 swapon swapoff reboot init_module
    // delete_module quotactl lookup_dcookie mq_open kexec_load add_key request_key keyctl unshare vmsplice perf_event_open
    // fanotify_init name_to_handle_at open_by_handle_at setns process_vm_readv process_vm_writev kcmp finit_module
    // memfd_create kexec_file_load bpf userfaultfd
    refused: [
      29, 68, 101, 103, 135, 154, 155, 163, 165, 166, 167, 168, 169, 175, 176, 179, 212, 240, 246, 248, 249, 250, 272,
      278, 298, 300, 303, 304, 308, 310, 311, 312, 313, 319, 320, 321, 323,
    ],
    clone: 56,
    socket: 41,
  },
  arm64: {
    audit: 0xc00000b7,
    // lookup_dcookie umount2 mount pivot_root quotactl vmsplice acct personality unshare kexec_load init_module
    // delete_module syslog ptrace reboot mq_open msgget shmget add_key request_key keyctl swapon swapoff perf_event_open
    // fanotify_init name_to_handle_at open_by_handle_at setns process_vm_readv process_vm_writev kcmp finit_module
    // memfd_create bpf userfaultfd kexec_file_load
    refused: [
      18, 39, 40, 41, 60, 75, 89, 92, 97, 104, 105, 106, 116, 117, 142, 180, 186, 194, 217, 218, 219, 224, 225, 241,
      262, 264, 265, 268, 270, 271, 272, 273, 279, 280, 282, 294,
    ],
    clone: 220,
    socket: 198,
  },
};

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NEW_NAMESPACES = 0x7e020000;
/** AF_UNIX, AF_INET, AF_INET6: not AF_VSOCK, AF_NETLINK, AF_PACKET, AF_ALG, … */
const FAMILIES = [1, 2, 10];
/** Numbers from here on are of the x32 interface. */
const X32 = 0x40000000;

const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;
const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const answerErrno = (errno: number): number => 0x00050000 | errno;

/** Offsets in struct seccomp_data. */
const AT_NUMBER = 0;
const AT_ARCH = 4;
const AT_FIRST_ARGUMENT = 16;

interface Instruction {
  readonly code: number;
  readonly yes: number;
  readonly no: number;
  readonly value: number;
}

const load = (value: number): Instruction => ({ code: 0x20, yes: 0, no: 0, value });
const answer = (value: number): Instruction => ({ code: 0x06, yes: 0, no: 0, value });
/** Goes on with the next instruction when equal, at least, or any bit is set; else skips it. */
const ifEqual = (value: number): Instruction => ({ code: 0x15, yes: 0, no: 1, value });
const ifAtLeast = (value: number): Instruction => ({ code: 0x35, yes: 0, no: 1, value });
const ifAnyBit = (value: number): Instruction => ({ code: 0x45, yes: 0, no: 1, value });

/** The program for `bwrap --seccomp`, or null where nobody knows the machine's numbers. */
export function seccompProgram(arch: string): Buffer | null {
  const machine = MACHINES[arch];
  if (machine === undefined) return null;
  const { audit, refused, clone, socket } = machine;
  const program = [
    load(AT_ARCH),
    { ...ifEqual(audit), yes: 1, no: 0 },
    answer(KILL_PROCESS),
    load(AT_NUMBER),
    ifAtLeast(X32),
    answer(answerErrno(ENOSYS)),
    // Without it the C library falls back to clone, whose flags can be looked at.
    ifEqual(CLONE3),
    answer(answerErrno(ENOSYS)),
    ...[...refused, ...REFUSED_EVERYWHERE].flatMap((number) => [ifEqual(number), answer(answerErrno(EPERM))]),
    { ...ifEqual(clone), no: 4 },
    load(AT_FIRST_ARGUMENT),
    ifAnyBit(NEW_NAMESPACES),
    answer(answerErrno(EPERM)),
    answer(ALLOW),
    { ...ifEqual(socket), no: 2 + 2 * FAMILIES.length },
    load(AT_FIRST_ARGUMENT),
    ...FAMILIES.flatMap((family) => [ifEqual(family), answer(ALLOW)]),
    answer(answerErrno(EAFNOSUPPORT)),
    answer(ALLOW),
  ];
  const bytes = Buffer.alloc(8 * program.length);
  for (const [index, { code, yes, no, value }] of program.entries()) {
    bytes.writeUInt16LE(code, 8 * index);
    bytes.writeUInt8(yes, 8 * index + 2);
    bytes.writeUInt8(no, 8 * index + 3);
    bytes.writeUInt32LE(value >>> 0, 8 * index + 4);
  }
  return bytes;
}
