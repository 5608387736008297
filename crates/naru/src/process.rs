//! This process by a name unlike any other's, and whether another one of this machine is alive: from Linux's `/proc`.

use naru_core::sync::ProcessName;

/// The name of this process. Elsewhere than on Linux, what is not known is left empty.
pub(crate) fn this() -> ProcessName {
    let id = std::process::id();
    ProcessName { machine: machine(), id, started: started(id).unwrap_or_default() }
}

/// Whether a process is alive; none: it is of another machine, or that cannot be told.
pub(crate) fn is_alive(process: &ProcessName) -> Option<bool> {
    if process.machine.is_empty() || process.machine != machine() {
        return None;
    }
    Some(started(process.id) == Some(process.started))
}

/// The machine since its last start, and the space of process ids: containers of one machine have their own.
fn machine() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
    let space = std::fs::read_link("/proc/self/ns/pid").ok();
    match (boot, space) {
        (Some(boot), Some(space)) => format!("{} {}", boot.trim(), space.display()),
        _ => String::new(),
    }
}

/// When a process was started, in ticks since the machine was; none if there is no such process, or it has ended.
fn started(id: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // Behind the name, which may hold anything: state, then 18 numbers before the time (proc_pid_stat(5), field 22).
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_whitespace();
    let has_ended = matches!(fields.next()?, "Z" | "X");
    fields.nth(18).filter(|_| !has_ended)?.parse().ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_is_alive_until_it_has_ended() {
        assert_eq!(is_alive(&this()), Some(true));
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let name = ProcessName { id: child.id(), started: started(child.id()).unwrap(), ..this() };
        assert_eq!(is_alive(&name), Some(true));
        assert_eq!(
            is_alive(&ProcessName { started: name.started + 1, ..name.clone() }),
            Some(false),
            "another of its id"
        );
        assert_eq!(is_alive(&ProcessName { machine: "another".into(), ..name.clone() }), None);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(is_alive(&name), Some(false));
    }
}
