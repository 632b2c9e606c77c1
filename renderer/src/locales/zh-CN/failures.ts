import type { failures as en } from '../en/failures.ts'
import type { Translation } from '../translation.ts'

export const failures: Translation<typeof en> = {
  subjects: { host: '这台机器', server: '云服务器', lab: '实验室主机', service: '服务' },

  'target-refused': {
    title: '{lab} 上的 {service} 没有运行。',
    cause: '主机有应答，但 {target} 上没有程序在监听。',
    next: '在实验室主机上启动它；一开始监听，隧道即可用。',
    without: { cause: '主机有应答，但隧道的目标地址上没有程序在监听。' },
  },
  'target-timeout': {
    title: '{lab} 上的 {target} 无应答。',
    cause: '实验室主机尝试了连接，但没有任何回应：可能被防火墙丢弃，或地址有误。',
    next: '检查地址，以及那台机器是否开机。',
    without: { title: '{lab} 上隧道的目标地址无应答。' },
  },
  'target-unreachable': {
    title: '{lab} 无法到达 {target}。',
    cause: '它所在的网络没有通往该地址的路。',
    next: '在隧道设置中检查地址。',
    without: { title: '{lab} 无法到达隧道的目标地址。' },
  },
  'target-unknown-host': {
    title: '{lab} 不认识名为 {host} 的机器。',
    cause: '{target} 中的名称在其网络中查不到。',
    next: '改用数字地址，或更正名称。',
    without: { title: '{lab} 不认识隧道目标的名称。', cause: '这个名称在其网络中查不到。' },
  },
  'target-denied': {
    title: '{lab} 不允许访问 {target}。',
    cause: '其 npc 限定了可以访问的地址，这个不在其中。',
    next: '在那里放行，或换一个地址。如果这个地址不是你设的，请查清是谁在云服务器上改了隧道。',
    without: { title: '{lab} 不允许访问隧道的目标地址。' },
  },
  'target-missing': {
    title: '{lab} 上没有文件夹 {target}。',
    cause: '它不存在，或其 npc 无权读取。',
    next: '在那里建立该文件夹，或更正隧道设置。',
    without: { title: '{lab} 上没有隧道所指的文件夹。' },
  },

  'agent-offline': {
    title: '{lab} 离线。',
    cause: '它所在的网络没有应答，或已关机；云服务器正常。',
    next: '恢复后会自动重连。若迟迟不恢复：是否开机、能否上网、npc 是否在运行？',
  },
  'agent-replaced': {
    title: '另一台机器占用了 {lab} 的位置。',
    cause: '它用同一密钥登录：现在的 {lab} 是 {address}，之前是 {before}。',
    next: '若非本意，请停掉其中一台的 npc，或在这里为它另建一台实验室主机。',
    without: { cause: '另一个 npc 后来用同一密钥登录，较新的那个保留。' },
  },
  'agent-silent': {
    title: '{lab} 不再应答。',
    cause: '云服务器仍保持着它的连接，但没有数据过来。',
    next: '数秒内会断开，并自动重连。',
  },
  'agent-outdated': {
    title: '{lab} 上的 npc 版本太旧，不支持这种隧道。',
    cause: '它还不能只让一台电脑进入实验室网络。',
    next: '请更新 {lab} 上的 npc：在云服务器的页面即可。该主机的隧道会中断几秒。',
  },

  'wrong-key': {
    title: '{server} 不认识这个密钥。',
    cause: '该实验室主机在云服务器上已被删除，或密钥已更换。',
    next: '重新复制启动命令，用它重启 npc。',
  },
  'wrong-admin-key': {
    title: '{server} 不接受此管理密钥。',
    cause: '密钥在云服务器上已更换，或复制不完整。',
    next: '在云服务器上运行 “nps connect”，粘贴它输出的内容。',
  },
  'wrong-password': {
    title: '{server} 上没有使用此密码的私密隧道。',
    cause: '隧道已停止或删除，或密码已更换。',
    next: '请重新复制该隧道的命令。',
  },
  'agent-fingerprint-changed': {
    title: '{lab} 的身份变了。',
    cause:
      '应为 {expected}，实为 {actual}。要么那里的 npc 重装过，要么云服务器在截取连接。没有发送任何内容。',
    next: '先在实验室主机上用 “npc status” 核对。一致时，再接受新的。',
    without: { cause: '要么那里的 npc 重装过，要么云服务器在截取连接。没有发送任何内容。' },
  },
  'agent-unproved': {
    title: '{lab} 没有证明自己的身份。',
    cause: '云服务器后面应答的一方不知道私密隧道的密码。',
    next: '请重试；若仍如此，在查明原因之前不要信任该云服务器。',
  },
  'fingerprint-changed': {
    title: '{server} 的身份变了。',
    cause: '应为 {expected}，实为 {actual}。要么 nps 重装过，要么有人在截取连接。没有发送任何内容。',
    next: '如果确实重装过，请用新的身份重新连接。',
    without: { cause: '要么 nps 重装过，要么有人在截取连接。没有发送任何内容。' },
  },
  'client-disabled': {
    title: '{lab} 在 {server} 上被停用。',
    cause: '有人在那里停用了它。',
    next: '启用后会自动恢复。',
  },
  'client-in-use': {
    title: '{lab} 正由另一台机器在线使用。',
    cause: '两台机器使用它的密钥，较新的那台保留。',
    next: '停掉其中一台的 npc，或在这里为它另建一台实验室主机。',
  },
  'version-unsupported': {
    title: '两边的版本不匹配。',
    cause: '其中一边太旧，不支持另一边的要求。',
    next: '更新云服务器上的 nps 和实验室主机上的 npc。',
  },
  'handshake-timeout': {
    title: '{server} 应答太慢。',
    cause: '连接已建立，但登录没有及时得到应答。',
    next: '重新检查；若一直如此，说明中间的网络很慢或拦住了连接。',
  },
  'too-many-connections': {
    title: '{server} 的连接太多。',
    cause: '来自此地址或全部等待登录的连接超过了上限。',
    next: '一分钟后重新检查。',
  },

  'port-taken': {
    title: '{server} 上的端口 {port} 已被占用。',
    cause: '它被隧道“{holder}”占用。',
    next: '换一个端口。',
    without: { title: '{server} 上的这个端口已被占用。', cause: '它被另一个程序或另一条隧道占用。' },
  },
  'port-not-allowed': {
    title: '端口 {port} 不在隧道可用范围内。',
    cause: '{server} 允许 {allowPorts}。',
    next: '从中选择，或在 nps.conf 中扩大范围。',
    without: { title: '这个端口不在隧道可用范围内。', cause: '{server} 只允许其他端口。' },
  },
  'host-not-allowed': {
    title: '这台实验室主机不能使用 {host}。',
    cause: '该域名（或其中一部分）属于另一台主机，或者云服务器只允许它使用其他域名。',
    next: '在 npc.conf 中换一个域名，或在云服务器上允许它。',
    without: { title: '这台实验室主机不能使用该域名。' },
  },
  'port-forbidden': {
    title: 'nps 不能在 {server} 上开放端口 {port}。',
    cause: '系统不允许；1024 以下的端口需要 root。',
    next: '选择 1023 以上的端口。',
    without: { title: 'nps 不能在 {server} 上开放这个端口。' },
  },
  'no-free-port': {
    title: '{server} 上没有空闲端口。',
    cause: '{range} 全部被占用。',
    next: '扩大范围，或删除一条隧道。',
    without: { cause: '隧道可用的端口都被占用或没有开放。' },
  },
  'tunnel-stopped': {
    title: '这条隧道已暂停。',
    cause: '它在云服务器上的端口已关闭。',
    next: '启动它。',
  },
  'mode-unsupported': {
    title: '{server} 不支持这种隧道。',
    cause: '其 nps 版本较旧。',
    next: '在它的页面更新。',
  },
  'direct-off': {
    title: '{server} 已关闭直连。',
    cause: '它的 nps.conf 中写有 direct_links=false。',
    next: '流量经由云服务器。',
  },
  'direct-limited': {
    title: '有限制的隧道须经由云服务器。',
    cause: '该隧道或其主机设有限速、流量上限、地址名单或多个目标。',
    next: '如需直连，请取消这些限制。',
  },
  'direct-declined': {
    title: '{lab} 不使用直连。',
    cause: '其 npc 以 -direct=no 启动，或设为经另一台机器连接云服务器。',
    next: '流量经由云服务器。',
  },
  'quota-used': {
    title: '流量上限已用完。',
    cause: '允许的流量已全部用完。',
    next: '在云服务器上调高上限。',
  },
  expired: {
    title: '已过有效期。',
    cause: '它设定的截止日期已过。',
    next: '在云服务器上改为更晚的日期。',
  },
  'address-denied': {
    title: '你的地址不被允许。',
    cause: '这条隧道的地址名单把它挡在外面。',
    next: '在云服务器上修改名单，或从别处连接。',
  },
  'hosts-off': {
    title: '{server} 没有为网站开放端口。',
    cause: '其 nps.conf 既没有设置 http_proxy_port，也没有设置 https_proxy_port。',
    next: '在其中设置一个，在安全组放行该端口，然后重新加载。',
  },
  'certificate-invalid': {
    title: '该网站的证书无法使用。',
    cause: '{server} 上的 {path} 无法读取、不是 PEM 文件，或与密钥不匹配。',
    next: '更正路径或文件，然后重试。',
    without: { cause: '{server} 上的一个文件无法读取、不是 PEM 文件，或与密钥不匹配。' },
  },

  'not-found': {
    title: '它已不存在。',
    cause: '它在此期间被删除，可能是在这里，也可能是在别处。',
    next: '返回；列表显示现有的内容。',
  },
  'already-exists': {
    title: '已经存在。',
    cause: '{name} 已被使用。',
    next: '换一个名称。',
    without: { cause: '已有相同的名称、密钥或地址。' },
  },
  'invalid-input': {
    title: '这个值不能用。',
    cause: '原因：{detail}',
    next: '更正后再试。',
  },
  'login-required': {
    title: '请先登录。',
    cause: '本次会话已结束。',
    next: '重新登录即可，没有丢失任何内容。',
  },
  'login-failed': {
    title: '用户名或密码不对。',
    cause: '两者都在云服务器的 nps.conf 中。',
    next: '再试一次；一分钟内失败十次，此地址需要等待。',
  },
  'login-locked': {
    title: '此地址登录失败次数过多。',
    cause: '云服务器会等待，以防有人猜测密码。',
    next: '{seconds} 秒后再试。',
    without: { next: '一分钟后再试。' },
  },
  'config-invalid': {
    title: 'nps.conf 中有错误的值。',
    cause: '原因：{detail}',
    next: '请更正；没有保存任何内容。',
  },
  'config-changed': {
    title: 'nps.conf 在此期间被改动。',
    cause: '你在这里打开之后，有人保存了它。',
    next: '重新加载，再做修改。',
  },
  'not-possible-here': {
    title: '在这里无法这样做。',
    cause: '原因：{detail}',
    next: '请在那台机器上手动完成；如果那里的 nps 版本较新，请更新本应用。',
  },
  'relay-unreachable': {
    title: '{server} 的端口 {port} 无应答。',
    cause: '可能已关机、nps 没有运行，或安全组拦住了端口。',
    next: '会自动重试。请检查云服务器是否开机、端口是否开放。',
    without: { title: '{server} 无应答。' },
  },
  'relay-answer-invalid': {
    title: '无法理解 {server} 的应答。',
    cause: '它的 nps 版本不同，或者它并不是它自称的那台云服务器。应答的内容没有被使用。',
    next: '更新两者中较旧的一方：更新本应用，或重新部署云服务器以更新 nps。',
  },
  timeout: {
    title: '没有及时应答。',
    cause: '{host} 用时过长。',
    next: '重新检查。',
    without: { cause: '对方用时过长。' },
  },
  'limit-reached': {
    title: '没有余量了。',
    cause: '最多允许 {limit} 个。',
    next: '请先删除一些。',
    without: { cause: '已达到允许的数量。' },
  },

  'ssh-unreachable': {
    title: '无法到达 {host}。',
    cause: '从这里没有通往它的网络。',
    next: '检查地址，以及是否需要 VPN 或跳板机。',
  },
  'ssh-refused': {
    title: '{host} 的端口 {port} 拒绝连接。',
    cause: '机器已开机，但该端口上没有 ssh 服务。',
    next: '检查 ssh 端口；云厂商可能给了另一个。',
  },
  'ssh-timeout': {
    title: '{host} 的端口 {port} 无应答。',
    cause: '没有及时应答：地址有误、机器关机，或安全组拦住了 SSH。',
    next: '检查这三点，然后再试。',
  },
  'ssh-private-network': {
    title: '在本机上连不到 {host}。',
    cause: '这是内网地址：本机不在那个网络里，或 VPN 没有连接。',
    next: '请连接 VPN，或经由另一台主机。实验室主机可改用粘贴命令，无需从本机连接。',
  },
  'ssh-unknown-host': {
    title: '没有名为 {host} 的机器。',
    cause: '这里查不到这个名称。',
    next: '检查拼写，或使用数字地址。',
  },
  'ssh-not-ssh': {
    title: '{host} 的端口 {port} 上是别的程序。',
    cause: '它不是 ssh 服务。',
    next: '检查 ssh 端口。',
  },
  'ssh-lost': {
    title: '与 {host} 的连接中断。',
    cause: '网络变化，或机器离线。',
    next: '再试一次；已完成的部分会保留。',
  },
  'ssh-jump-failed': {
    title: '跳板机 {jump} 无法到达 {host}。',
    cause: '已登录跳板机；从那里往前走不通。',
    next: '检查从跳板机看到的地址。',
  },
  'host-key-unconfirmed': {
    title: '{host} 的主机密钥尚未确认。',
    cause: '在你核对之前，不会发送任何机密。',
    next: '核对指纹，然后确认。',
  },
  'host-key-changed': {
    title: '{host} 的主机密钥变了。',
    cause: '应为 {expected}，实为 {actual}。要么机器重装过，要么有人在截取连接。没有发送任何内容。',
    next: '只有知道原因时才接受新密钥。',
    without: { cause: '它不再出示密钥 {expected}。要么机器重装过，要么有人在截取连接。没有发送任何内容。' },
  },
  'login-rejected': {
    title: '{host} 不让 {user} 登录。',
    cause: '它不接受这次登录。它的原话：{said}',
    next: '换一个密码或密钥。有些服务器只允许 root 用密钥登录。',
    without: { cause: '不接受此密码或密钥，或此用户不可登录。' },
  },
  'login-needs-more': {
    title: '{host} 对 {user} 还要求更多验证。',
    cause: '第一项（{accepted}）已通过，还要求：{methods}。',
    next: '请使用只需其中一项的账号。实验室主机可改用粘贴命令，无需登录。',
  },
  'login-other-user': {
    title: '{host} 不允许以 {user} 操作。',
    cause: '它的原话：{said}',
    next: '请以 {other} 登录。',
  },
  'second-factor-needed': {
    title: '{host} 要求 {user} 提供第二重验证。',
    cause: '它的问题是“{prompt}”，还没有人回答。',
    next: '请登录并回答；本应用在那里的所有操作只需回答一次。',
  },
  'second-factor-rejected': {
    title: '{host} 没有接受为 {user} 输入的内容。',
    cause: '验证码通常只在半分钟内有效，且只能用一次。也可能是保存的密码不对。',
    next: '请用新的验证码登录。',
  },
  'password-expired': {
    title: '{user} 在 {host} 上的密码已过期。',
    cause: '它的原话：{said}',
    next: '请先在终端登录一次并设置新密码，再在这里输入。',
    without: { cause: '它要求先换密码。' },
  },
  'shell-refused': {
    title: '{host} 允许 {user} 登录，但不能运行命令。',
    cause: '它的原话：{said}',
    next: '请换一个账号：此账号没有 shell，或只能传文件。',
    without: { cause: '它没有说明原因。' },
  },
  'ssh-session-refused': {
    title: '{host} 不为 {user} 打开会话。',
    cause: '已登录，但命令被拒绝：{said}',
    next: '请换一个账号，或询问机器的管理员。',
  },
  'key-passphrase-needed': {
    title: '这个密钥有口令保护。',
    cause: '没有提供口令，或口令不对。',
    next: '输入口令。',
  },
  'key-is-public': {
    title: '这是公钥。',
    cause: '任何人都可以知道公钥，所以不能用它登录。',
    next: '请选择私钥：同名但没有 .pub 的文件。',
  },
  'key-format-unsupported': {
    title: '应用无法读取这种格式的密钥。',
    cause: '它的格式是 {format}。',
    next: '这条命令会把它转成可读取的格式：{command}',
  },
  'key-unreadable': {
    title: '无法读取这个密钥。',
    cause: '它不是私钥，或格式未知：{reason}。',
    next: '请选择私钥，而不是 .pub 文件。',
  },
  'agent-unavailable': {
    title: '本机没有 ssh-agent 应答。',
    cause: '没有运行，或其中没有密钥。',
    next: '启动它并添加密钥，或改用密钥文件。',
  },

  'sudo-missing': {
    title: '{user} 在 {host} 上不能成为 root。',
    cause: '没有安装 sudo，或此用户不可使用。',
    next: '不用 root 安装：作为 {user} 的服务运行，使用 1023 以上的端口。',
  },
  'sudo-password-needed': {
    title: '{host} 上的 sudo 需要密码。',
    cause: '安装系统服务需要 root。',
    next: '输入 {user} 的密码；只问一次。',
  },
  'sudo-password-rejected': {
    title: 'sudo 不接受这个密码。',
    cause: '登录本身成功；sudo 可能有自己的密码，或 {user} 不可使用 sudo。',
    next: '换一个密码，或不用 root 安装。',
  },
  'platform-unsupported': {
    title: '{host} 的系统不受支持。',
    cause: '它运行的是 {os}。',
    next: '云服务器需为 Linux；实验室主机可为 Linux、macOS 或 Windows。',
  },
  'processor-unsupported': {
    title: '没有适合 {host} 处理器的程序。',
    cause: '其处理器为 {processor}；现有 x86-64 和 arm64 的程序。',
    next: '换一台机器。',
  },
  'libc-too-old': {
    title: '{host} 的系统太旧。',
    cause: '其 C 库为 {libc}；需要 {needed} 或更新。',
    next: '更新系统，或换一台机器。',
  },
  'disk-full': {
    title: '{host} 的磁盘已满。',
    cause: '{path} 剩余 {freeBytes}，需要 {neededBytes}。没有改动任何内容。',
    next: '在那里腾出空间，然后重新检查。',
    without: { cause: '没有可写入的空间了。没有改动任何内容。' },
  },
  'state-locked': {
    title: '云服务器的数据被锁定。',
    cause: '另一个程序（例如备份）正占用 {path}。没有改动任何内容；隧道照常工作。',
    next: '等那个程序结束后再试一次。',
    without: { cause: '另一个程序（例如备份）正占用它。没有改动任何内容；隧道照常工作。' },
  },
  'state-unwritable': {
    title: '云服务器无法写入数据。',
    cause: '写入 {path} 失败：{reason}。没有改动任何内容；隧道照常工作。',
    next: '检查云服务器的磁盘：它可能是只读的，或已损坏。',
    without: { cause: '没有改动任何内容；隧道照常工作。' },
  },
  'memory-low': {
    title: '{host} 的内存太少。',
    cause: '剩余 {freeBytes}，需要 {neededBytes}。',
    next: '在那里结束一些程序，或增加 swap。',
  },
  'clock-wrong': {
    title: '{host} 的时钟不准。',
    cause: '与本机的时钟相差 {seconds} 秒。',
    next: '在那里开启时间同步。',
  },
  'laptop-port-taken': {
    title: '本机端口 {port} 已被占用。',
    cause: '另一个程序正在监听。',
    next: '给隧道换一个端口，或停掉那个程序。',
  },
  'no-laptop-port': {
    title: '本机没有空闲端口可供这条隧道使用。',
    cause: '试过的端口都有程序在监听。',
    next: '停掉其中一些程序，或自己指定端口。',
  },
  'tunnel-opened-elsewhere': {
    title: '{tunnel} 在 {server} 上被改成了所有人可访问。',
    cause:
      '它原本只供本机使用。现在它有公网端口 {port}，经过它的内容不再由本应用加密。在你决定之前，应用不会使用它。',
    next: '如果不是你或你认识的人改的，请改回仅本机，并查清谁能在 {server} 上做更改。',
  },
  'tunnel-password-changed': {
    title: '{server} 给出了 {tunnel} 的新密码。',
    cause: '有人在那里改了密码。在你决定之前，应用不会使用它；{lab} 仍按它自己的密钥识别。',
    next: '如果是你或你认识的人改的，可以继续。否则请查清谁能在 {server} 上做更改。',
  },
  'target-not-allowed': {
    title: '{lab} 不会连接 {target}。',
    cause: '部署时限定了隧道只能通往 {allowed}。',
    next: '也允许它，或换一个地址。',
  },
  'nps-too-old': {
    title: '{server} 上的 nps 版本太旧，不支持此功能。',
    cause: '它不认识本应用的请求。',
    next: '请在云服务器的页面更新它；其隧道会中断几秒。',
  },
  'npc-too-old': {
    title: '{lab} 上的 npc 版本太旧，不支持此功能。',
    cause: '它不认识云服务器的请求。',
    next: '请在云服务器的页面更新它；该主机的隧道会中断几秒。',
  },
  'folder-not-shared': {
    title: '{lab} 没有共享 {folder}。',
    cause: '那里的 npc 只显示启动时指定要共享的文件夹。',
    next: '请在那里共享它：为 npc 加上选项 -share={folder}。已共享文件夹之下的文件夹无需另外设置。',
  },
  'allow-list-wrong': {
    title: '无法识别这些地址：{list}',
    cause: '每一项是名称、地址或网段，可带端口，以逗号分隔。',
    next: '请写成 127.0.0.1, 10.0.0.0/24:22, nas.lab:445 这样的形式。',
  },
  'port-in-use': {
    title: '{host} 上的端口 {port} 已被占用。',
    cause: '{program} 正在监听。',
    next: '使用端口 {free}，或停掉那个程序。',
    without: { cause: '另一个程序正在监听。' },
  },

  'upload-failed': {
    title: '向 {host} 的上传中断。',
    cause: '文件无法写入 {path}：{reason}',
    next: '再试一次；那里没有留下半成品。',
  },
  'upload-corrupt': {
    title: '程序没有完整到达 {host}。',
    cause: '校验和与发送的不同。',
    next: '再试一次；损坏的副本已删除。',
  },
  'program-missing': {
    title: '此应用没有适合 {arch} 的 {program}。',
    cause: '{folder} 中缺少这个文件。',
    next: '把同一版本的 nps-desktop-more-programs 解压到该文件夹；若是 Linux，请重新安装应用。',
  },
  'program-wrong-processor': {
    title: '程序在 {host} 上无法启动。',
    cause: '它是为另一种处理器编译的；这台机器是 {processor}。',
    next: '重新安装此应用，然后再试：届时会上传正确的程序。',
  },
  'program-not-allowed': {
    title: '{host} 不允许程序在它的文件夹中运行。',
    cause: '所在磁盘以 noexec 方式挂载。',
    next: '换一个用户登录，或请这台机器的管理员允许在那里运行程序。',
  },
  'system-too-old': {
    title: '{host} 的系统太旧，程序无法运行。',
    cause: '系统的某个部分缺失或早于 2012 年：{said}',
    next: '更新这台机器，或换一台。',
  },
  'program-killed': {
    title: '{host} 立即终止了程序。',
    cause: '多半是内存不足。',
    next: '关闭那里的其他程序，然后再试。',
  },
  'program-will-not-start': {
    title: '程序在 {host} 上无法启动。',
    cause: '它的输出：“{said}”。',
    next: '在那台机器上解决这个问题，然后再试。',
  },
  'service-failed': {
    title: '{program} 没有在 {host} 上作为服务启动。',
    cause: '它的输出：“{reason}”。',
    next: '详情中有最后几行日志；然后再试。',
  },
  'start-failed': {
    title: '{service} 没有在 {lab} 上启动。',
    cause: '它的输出：“{said}”。',
    next: '没有留下服务和隧道。排除原因，或换一个环境。',
  },
  'start-folder-missing': {
    title: '{lab} 上没有文件夹 {path}。',
    cause: '没有启动任何程序。',
    next: '请选择其他文件夹，或先在那里创建它。',
  },
  'start-unsupported': {
    title: '无法从这里在 {lab} 上启动服务。',
    cause: '应用只能在 Linux 上启动服务。',
    next: '请在那里手动启动，之后它会出现在发现的服务里。',
  },
  'config-write-failed': {
    title: '无法在 {host} 上写入 nps.conf。',
    cause: '那台机器的提示：{reason}',
    next: '检查 {path} 的权限，然后再试。',
  },
  'relay-not-listening': {
    title: 'nps 没有在 {host} 上运行。',
    cause: '已安装，但没有启动：{reason}',
    next: '再试一次；云服务器页面上的日志有更多说明。',
  },
  'update-undone': {
    title: '{host} 上的 {program} 仍是原来的版本。',
    cause: '版本 {version} 没有及时上线，已换回 {old} 并重新启动。',
    next: '隧道已恢复。{program} 的日志里可能有它未能启动的原因。',
  },
  'agent-not-online': {
    title: '{lab} 没有上线。',
    cause: 'npc 在那里运行，但云服务器在 {seconds} 秒内没有收到它的消息。',
    next: '检查 {lab} 能否到达 {host} 的端口 {port}。',
  },

  'bridge-blocked': {
    title: '从本机访问 {host} 的端口 {port} 无应答。',
    cause: 'nps 在监听；连接在到达它之前被丢弃。',
    next: '在安全组或防火墙中开放此端口，然后重新检查。',
  },
  'ports-blocked-by-host-firewall': {
    title: '{host} 上的 TCP {ports} 未开放。',
    cause: '被云服务器自身的防火墙关闭。',
    next: '开放它：只添加一条规则，不动 SSH 的规则。',
  },
  'ports-blocked-by-security-group': {
    title: '{host} 的 TCP {ports} 无应答。',
    cause: '{provider}的安全组在到达云服务器之前就丢弃了它。',
    next: '请添加入方向规则：TCP {ports}，来源 0.0.0.0/0。',
    without: { cause: '云厂商的安全组在到达云服务器之前就丢弃了它。' },
  },
  'ports-blocked-somewhere': {
    title: '{host} 的 TCP {ports} 无应答。',
    cause: '途中有东西丢弃了它：云服务器上的防火墙，或它前面的防火墙。',
    next: '请在云厂商的页面查看安全组或防火墙。',
  },
  'firewall-change-refused': {
    title: '{host} 的防火墙没有改动。',
    cause: '{tool} 的提示：{reason}',
    next: '请手动添加规则；已列出可供复制。',
  },
  'firewall-rule-kept': {
    title: '{host} 的一条防火墙规则保持不变。',
    cause: '{tool} 中已有针对这些端口的规则“{rule}”，由它决定是否放行。本应用不会改动你的规则。',
    next: '如果不再需要该规则，请运行所列可供复制的命令，然后重新检查。',
  },

  // 文件
  'file-not-found': {
    title: '没有 {path}。',
    cause: '它已被移动或删除，或者路径写法不同。',
    next: '请重新读取上级文件夹。',
  },
  'file-read-denied': {
    title: '{user} 不能读取 {path}。',
    cause: '它属于 {owner}，未向此账号开放。',
    next: '请申请权限，或改用有权限的账号登录。',
    without: { cause: '那里的权限未向此账号开放。' },
  },
  'file-write-denied': {
    title: '{user} 不能更改 {path}。',
    cause: '该位置属于 {owner}，此账号不能在那里写入。',
    next: '请申请权限，或选择其他文件夹。',
    without: { cause: '那里的权限不允许此账号写入。' },
  },
  'file-exists': {
    title: '{path} 已经存在。',
    cause: '没有替换它，因为没有询问过你。',
    next: '请换一个名称，或删除已有的那个。',
  },
  'file-changed': {
    title: '{path} 在复制过程中被修改。',
    cause: '复制结果会是新旧内容的混合。',
    next: '等没有程序写入它之后再复制。',
  },
  'page-closed': {
    title: '选择 {path} 的页面已关闭或没有响应。',
    cause: '只有选择该文件的页面才能读取它。',
    next: '请再次选择或拖入同一个文件：已复制的 {keptBytes} 会保留，并从那里接着复制。',
    without: { next: '请再次选择或拖入同一个文件。' },
  },
  'page-file-changed': {
    title: '{path} 在选择之后被修改或移动。',
    cause: '浏览器只允许页面读取与选择时相同的文件。',
    next: '等没有程序写入它之后，请再次选择它。',
  },
  'file-failed': {
    title: '无法使用 {path}。',
    cause: '系统提示：{reason}。',
    next: '请重试，或在终端中查看。',
  },
  'disk-is-full': {
    title: '{lab} 的磁盘已满。',
    cause: '无法写入 {path}。已复制的 {keptBytes} 会保留。',
    next: '请在那里腾出空间，然后继续：会从停止的地方接着复制。',
    without: { cause: '无法写入 {path}。' },
  },
  'laptop-disk-full': {
    title: '本机的磁盘已满。',
    cause: '无法写入 {path}。已复制的 {keptBytes} 会保留。',
    next: '请腾出空间，然后继续：会从停止的地方接着复制。',
    without: { cause: '无法写入 {path}。' },
  },
  'sftp-refused': {
    title: '{host} 不提供文件服务。',
    cause: '它允许 {user} 登录，但其 SSH 服务没有 SFTP：{said}。',
    next: '请管理员在 sshd_config 中加入“Subsystem sftp internal-sftp”。',
  },

  'laptop-offline': {
    title: '本机没有联网。',
    cause: '没有网络，无法检查任何东西。',
    next: '恢复后会立即全部检查。',
  },
  'server-silent': {
    title: '{server} 完全没有应答。',
    cause: '本机试过端口 {port}，什么也没有返回。云服务器已关机、被云厂商停用，或者地址变了。',
    next: '请在云厂商控制台查看它是否在运行、账户是否欠费。',
  },
  'console-needs-sign-in': {
    title: '从这里没有安全的途径打开 {server} 的控制台。',
    cause: '控制台没有启用加密，或只在它自己的机器上监听，而本应用没有保存 {server} 的 SSH 登录信息。',
    next: '填写登录信息，即可经 SSH 打开；或在 nps.conf 中设置 web_open_ssl=true 和 web_ip=0.0.0.0。',
  },
  'relay-stopped': {
    title: '{server} 上的 nps 没有运行。',
    cause: '云服务器有应答，但端口 {port} 没有程序监听。',
    next: '在那里启动 nps，隧道会自动恢复。',
  },
  'relay-slow': {
    title: '{server} 应答太慢。',
    cause: 'nps 在运行，端口 {port} 也有应答，但没能及时建立连接：云服务器负载过高，或者网络丢包严重。',
    next: '会自动重试。如果一直这样，请查看云服务器的负载。',
  },
  'stock-relay': {
    title: '{server} 上运行的是原版 NPS。',
    cause: '它在端口 {port} 上应答，但本应用无法登录它。',
    next: '在它之外部署本应用的 nps：部署不会改动它。之后用 “nps import” 接管它的客户端。',
  },
  'not-a-relay': {
    title: '{server} 的端口 {port} 上应答的不是 nps。',
    cause: '它最先说的是：{seen}',
    next: '请检查地址和端口；在云服务器上运行 “nps connect” 会同时显示两者。',
    without: { cause: '它接受连接，但没有说出 nps 会说的话。' },
  },
  'server-identity-changed': {
    title: '{host} 的身份变了。',
    cause: '应为 {expected}，实为 {actual}。要么 nps 重装过，要么有人在截取连接。没有发送任何内容。',
    next: '如果确实重装过，请在这里重新部署。',
    without: { cause: '要么 nps 重装过，要么有人在截取连接。没有发送任何内容。' },
  },
  'service-wrong': {
    title: '{lab} 的 {target} 上是别的程序。',
    cause: '它不是 {service}，它的回应是“{seen}”。',
    next: '检查是哪个程序在监听，并更正地址。',
  },
  'service-local-only': {
    title: '{lab} 上的 {service} 拒绝所有经云服务器地址来的访问。',
    cause: 'Jupyter 默认只以本机名称应答，对其他名称一律返回 403。',
    next: '改为仅本机使用，或加上选项 {option} 启动它。',
  },
  'service-silent': {
    title: '{lab} 上的 {service} 接受连接但不回应。',
    cause: '到 {target} 的连接能建立，但没有应答。',
    next: '可能仍在启动，或已卡住：请在那里重启它。',
  },
  'update-address-wrong': {
    title: '不能从 {address} 获取更新。',
    cause: '程序从那里来，所以必须是 https 地址（仅本机可用 http），且不含用户名、密码、“?” 和 “#”。',
    next: '请更正，或留空。',
  },
  'update-unreachable': {
    title: '未能查找新版本。',
    cause: '{address} 没有应答：“{reason}”。',
    next: '其他功能不受影响。下次启动时以及每天会再试。',
  },
  'update-feed-wrong': {
    title: '{address} 没有提供此应用的版本。',
    cause: '那里找到的是：“{reason}”。',
    next: '请检查地址；可向提供地址的人确认是否已变更。',
  },
  'update-refused': {
    title: '下载的文件与公布的不符，已丢弃。',
    cause: '它的 SHA-512 不同，或在 Windows 上发布者不同。',
    next: '请重试。若仍如此，{address} 上的文件已损坏或被替换：请告知其维护者。',
  },
  'update-failed': {
    title: '未能下载新版本。',
    cause: '出错内容：“{reason}”。',
    next: '在本机腾出空间后重试，或自行获取安装包。',
  },
  'login-start-refused': {
    title: '未能更改登录时启动。',
    cause: '系统的回应：“{reason}”。',
    next: '请检查自动启动文件夹的权限，或在系统设置中更改。',
  },
  'process-not-ended': {
    title: '{lab} 上的进程 {pid} 仍在运行。',
    cause: '主机不允许结束它：{said}',
    next: '只有它的所有者或管理员能结束它。',
  },
  'listening-unseen': {
    title: '无法查看 {lab}。',
    cause: '它的系统没有列出正在监听的程序。',
    next: '请稍后再次查看。在此期间可以按端口添加隧道。',
  },
  'secret-missing': {
    title: '这里没有保存 {name} 的登录信息。',
    cause: '本机没有它的密码或密钥，或已被删除。',
    next: '请重新登录。',
  },
  'secret-unreadable': {
    title: '保存的密码或密钥已无法读取。',
    cause: '加密用的密钥已不在本机。',
    next: '请重新输入。',
  },
  'passphrase-wrong': {
    title: '此口令打不开该文件。',
    cause: '没有改动任何内容。',
    next: '请再试一次：没有口令则无法打开。',
  },
  'export-unreadable': {
    title: '无法读取该文件。',
    cause: '它不是本应用导出的文件，或有缺失，或被改动过。没有从中取用任何内容。',
    next: '请重新复制该文件，或在另一台电脑上重新导出。',
  },
  'export-newer': {
    title: '该文件由更新版本的应用导出。',
    cause: '此版本无法读取。',
    next: '请先更新本应用，再导入该文件。',
  },
  'export-too-large': {
    title: '数据太多，放不进一个文件。',
    cause: '共 {bytes}。',
    next: '请移除不再使用的云服务器或主机。',
  },
  'code-mistyped': {
    title: '这不是另一台电脑的配对码。',
    cause: '有字母写错或缺失：配对码由云服务器及其端口和四组五位字符组成。',
    next: '请与另一台电脑上显示的配对码核对，或直接粘贴。',
  },
  'code-unknown': {
    title: '{host} 上没有电脑在等待此配对码。',
    cause: '十分钟已过，配对码已被使用，另一台电脑上的窗口已关闭，或输入有误。',
    next: '请与另一台电脑现在显示的配对码核对，或在那里生成新的配对码。',
  },
  'code-server-unreachable': {
    title: '{host} 的端口 {port} 没有应答。',
    cause: '配对码中的地址输入有误，本机未联网，或本机所在网络阻止了该端口。',
    next: '请与另一台电脑核对地址，并检查本机是否联网。',
  },
  'code-giver-gone': {
    title: '另一台电脑没有应答。',
    cause: '它已休眠、未联网，或在传完之前离开。没有添加任何内容。',
    next: '请唤醒它，确认它仍显示该配对码，然后重试。',
  },
  'code-withdrawn': {
    title: '云服务器已结束此配对码。',
    cause: '有人在那里移除或暂停了它。已没有人能使用它。',
    next: '请生成新的配对码。',
  },
  'ssh-config-unwritable': {
    title: '无法修改本账号的 ssh 设置。',
    cause: '{path}：{reason}',
    next: '文件保持原样。请将它改为可写，或保持条目关闭：届时程序使用地址而不是名称。',
  },
  'open-in-failed': {
    title: '程序没有启动。',
    cause: '{reason}',
    next: '请先单独启动它一次，它自己的提示会说明原因。也可以复制 ssh 命令。',
  },
  'storage-failed': {
    title: '应用无法使用其数据。',
    cause: '{path}：{reason}',
    next: '在本机腾出空间，或检查数据文件夹的权限。',
  },
  'storage-in-use': {
    title: '应用的数据正被另一个程序使用。',
    cause: '{path} 被占用：可能是另一个 NPS Desktop、备份程序或数据库工具。没有任何改动。',
    next: '关闭那个程序后再试。同时运行两个应用时，各需要一个数据文件夹。',
  },
  cancelled: {
    title: '已停止。',
    cause: '你停止了它。',
    next: '随时可以再次运行，会从这里继续。',
  },
  busy: {
    title: '这台机器上已有操作在进行。',
    cause: '两处改动同时进行会互相干扰。',
    next: '等它完成，或停止它。',
  },
  internal: {
    title: '应用出了问题。',
    cause: '出错内容：{detail}',
    next: '再试一次。若仍如此，请保存报告发给我们。',
  },
}
