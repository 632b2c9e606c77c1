/** Printed on a machine's console when its boot is over. */
export const readyLine = 'testbed-machine-is-ready'

/**
 * Prints the line when systemd has no job left. It must not be waited for itself, so it counts as started at once.
 * Waiting for multi-user.target would be too little: ufw, for one, may come later.
 */
export const readyUnit = `[Unit]
Description=Say on the console that the machine is up
[Service]
Type=exec
ExecStart=/bin/sh -c 'systemctl is-system-running --wait >/dev/null; echo ${readyLine} >/dev/console'
[Install]
WantedBy=multi-user.target
`
