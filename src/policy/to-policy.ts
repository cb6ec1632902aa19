import {
	type Approval,
	type Become,
	DELIVERY_METHODS,
	type OfflineSpec,
	type Policy,
	type RebootSpec,
	type RetrySpec,
	type SshSettings,
} from "../model/policy.ts";
import { toLogin } from "./login-schema.ts";
import type { PolicyDocument } from "./policy-document.ts";
import { revisionOf } from "./revision.ts";
import { textSet } from "./sets.ts";
import { toBandwidth } from "./to-bandwidth.ts";
import { toPackage } from "./to-package.ts";
import { toRollout } from "./to-rollout.ts";
import { toSchedule, toWindow } from "./to-schedule.ts";
import { toSelector } from "./to-selector.ts";

const HOUR_MS = 3_600_000;

/** The written policy in the model's words, with the defaults that depend on other fields. Lists that are sets are sorted. */
export function toPolicy(document: PolicyDocument): Policy {
	const { name, packages, targets, rollout, schedule, maintenance_windows, available_at, deadline, approval } =
		document;
	const content = {
		name,
		packages: packages.map(toPackage),
		targets: toSelector(targets),
		rollout: toRollout(rollout),
		schedule: toSchedule(schedule),
		maintenanceWindows: maintenance_windows.map(toWindow),
		...(available_at === undefined ? {} : { availableAt: available_at }),
		...(deadline === undefined ? {} : { deadline }),
		gracePeriodMs: document.grace_period,
		...(approval === undefined ? {} : { approval: toApproval(approval) }),
		...toHooks(document.hooks),
		reboot: toReboot(document.reboot),
		retries: toRetries(document.retries),
		offline: toOffline(document.offline),
		...toDelivery(document.delivery),
		...toLimits(document.bandwidth),
		ssh: toSsh(document.ssh),
		...(document.become ? { become: toBecome(document) } : {}),
	};
	return { ...content, revision: revisionOf(content) };
}

function toApproval({ required, approvers }: NonNullable<PolicyDocument["approval"]>): Approval {
	return { required, approvers: textSet(approvers) };
}

function toHooks({ pre_install, post_install, on_failure }: PolicyDocument["hooks"]): Pick<Policy, "hooks"> {
	const hooks = {
		...(pre_install === undefined ? {} : { preInstall: pre_install }),
		...(post_install === undefined ? {} : { postInstall: post_install }),
		...(on_failure === undefined ? {} : { onFailure: on_failure }),
	};
	return Object.keys(hooks).length === 0 ? {} : { hooks };
}

function toReboot(written: PolicyDocument["reboot"]): RebootSpec {
	const { policy, concurrency, window, timeout, test_command, skip_if_users } = written;
	return {
		policy,
		concurrency,
		...(window === undefined ? {} : { window: toWindow(window) }),
		timeoutMs: timeout,
		...(test_command === undefined ? {} : { testCommand: test_command }),
		skipIfUsers: skip_if_users,
	};
}

function toRetries({ max, delay, backoff, on }: PolicyDocument["retries"]): RetrySpec {
	return { max, delayMs: delay, backoff, on: [...new Set(on)].sort() };
}

function toOffline({ policy, give_up_after }: PolicyDocument["offline"]): OfflineSpec {
	return { policy, giveUpAfterMs: give_up_after ?? (policy === "wait" ? 30 * 24 * HOUR_MS : HOUR_MS) };
}

/** Nothing for the order that holds anyway: so a policy that says it has the revision of one that does not. */
function toDelivery({ methods }: PolicyDocument["delivery"]): Pick<Policy, "delivery"> {
	return methods.join() === DELIVERY_METHODS.join() ? {} : { delivery: { methods } };
}

/** The same for limits that limit nothing. */
function toLimits(written: PolicyDocument["bandwidth"]): Pick<Policy, "bandwidth"> {
	const bandwidth = toBandwidth(written);
	const isIdle = [bandwidth, ...bandwidth.windows].every(({ up, down }) => up === null && down === null);
	return isIdle ? {} : { bandwidth };
}

function toBecome({ become_user, become_method, become_password }: PolicyDocument): Become {
	return {
		method: become_method ?? "sudo",
		user: become_user ?? "root",
		...(become_password === undefined ? {} : { password: become_password }),
	};
}

function toSsh({ user, port, proxy_jump, connect_timeout, ...login }: PolicyDocument["ssh"]): SshSettings {
	return {
		...(user === undefined ? {} : { user }),
		...(port === undefined ? {} : { port }),
		...(proxy_jump === undefined ? {} : { proxyJump: proxy_jump }),
		...toLogin(login),
		connectTimeoutMs: connect_timeout,
	};
}
