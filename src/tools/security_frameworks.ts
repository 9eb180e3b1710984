/** What a check is about, as far as other frameworks tell matters apart. */
export type Concern =
  | "access"
  | "availability"
  | "configuration"
  | "integrity"
  | "logging"
  | "network"
  | "patching"
  | "privilege"
  | "secrets"
  | "transit";

/**
 * The counterparts of each concern: requirements of PCI DSS 4.0.1, standards of the HIPAA Security Rule (45 CFR 164) and criteria
 * of the SOC 2 Trust Services Criteria (2017, points of focus of 2022).
 *
 * A reading aid of this project: none of the three names Docker, and no check here shows conformance. PCI DSS asks for no
 * availability.
 */
export const FRAMEWORKS: Readonly<Record<Concern, string>> = {
  access: "PCI-DSS 7.2.5; HIPAA 164.312(a)(1); SOC 2 CC6.1",
  availability: "HIPAA 164.308(a)(7)(i); SOC 2 A1.1",
  configuration: "PCI-DSS 2.2.1; HIPAA 164.308(a)(1)(ii)(B); SOC 2 CC7.1",
  integrity: "PCI-DSS 6.3.2; HIPAA 164.312(c)(1); SOC 2 CC6.8",
  logging: "PCI-DSS 10.3.3; HIPAA 164.312(b); SOC 2 CC7.2",
  network: "PCI-DSS 1.4.2; HIPAA 164.312(e)(1); SOC 2 CC6.6",
  patching: "PCI-DSS 6.3.3; HIPAA 164.308(a)(5)(ii)(B); SOC 2 CC7.1",
  privilege: "PCI-DSS 7.2.1; HIPAA 164.308(a)(4)(i); SOC 2 CC6.3",
  secrets: "PCI-DSS 8.6.2; HIPAA 164.312(d); SOC 2 CC6.1",
  transit: "PCI-DSS 4.2.1; HIPAA 164.312(e)(2)(ii); SOC 2 CC6.7",
};
