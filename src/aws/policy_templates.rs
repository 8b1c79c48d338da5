//! How CloudFormation and Terraform write the role that `policy` describes. Text only.

use crate::policy::Grant;

/// A template that creates the role in one stack.
pub(crate) fn cloudformation(grant: &Grant<'_>, actions: &[&str]) -> String {
    let (path, name) = path_and_name(grant.role_name);
    let path = path.map_or_else(String::new, |path| {
        format!("      Path: {}\n", quoted(&path))
    });
    let external_id = grant
        .external_id
        .map_or_else(|| "!Ref ExternalId".to_owned(), quoted);
    let trusted = grant.trusted_account.map_or_else(
        || "!Sub \"arn:${AWS::Partition}:iam::${TrustedAccountId}:root\"".to_owned(),
        |account| format!("!Sub \"arn:${{AWS::Partition}}:iam::{account}:root\""),
    );
    let listed: String = actions
        .iter()
        .map(|action| format!("                  - {}\n", quoted(action)))
        .collect();
    format!(
        r#"# Create the stack with the capability CAPABILITY_NAMED_IAM: it makes a role with a name.
AWSTemplateFormatVersion: "2010-09-09"
Description: {description}
{parameters}Resources:
  StocktakeRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: {name}
{path}      Description: {description}
      MaxSessionDuration: 3600
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              AWS: {trusted}
            Action: sts:AssumeRole
            Condition:
              StringEquals:
                sts:ExternalId: {external_id}
      Policies:
        - PolicyName: {policy_name}
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Sid: {policy_name}
                Effect: Allow
                Action:
{listed}                Resource: "*"
Outputs:
  RoleArn:
    Value: !GetAtt StocktakeRole.Arn
"#,
        description = quoted(grant.purpose.description),
        parameters = parameters(grant),
        policy_name = grant.purpose.policy_name,
        name = quoted(&name),
    )
}

fn parameters(grant: &Grant<'_>) -> String {
    let mut text = String::new();
    if grant.trusted_account.is_none() {
        text.push_str(
            r#"  TrustedAccountId:
    Type: String
    AllowedPattern: "[0-9]{12}"
    Description: "FILL IN: the AWS account that stocktake runs with"
"#,
        );
    }
    if grant.external_id.is_none() {
        text.push_str(
            r#"  ExternalId:
    Type: String
    MinLength: 2
    Description: "FILL IN: the external id that stocktake shows for this account"
"#,
        );
    }
    if text.is_empty() {
        text
    } else {
        format!("Parameters:\n{text}")
    }
}

/// A configuration that creates the role.
pub(crate) fn terraform(grant: &Grant<'_>, actions: &[&str]) -> String {
    let (path, name) = path_and_name(grant.role_name);
    let path = path.map_or_else(String::new, |path| format!("  path = {}\n", hcl(&path)));
    let external_id = grant
        .external_id
        .map_or_else(|| "var.external_id".to_owned(), hcl);
    let trusted = grant.trusted_account.map_or_else(
        || "${var.trusted_account_id}".to_owned(),
        ToString::to_string,
    );
    let listed: String = actions
        .iter()
        .map(|action| format!("        {},\n", hcl(action)))
        .collect();
    format!(
        r#"{variables}data "aws_partition" "current" {{}}

resource "aws_iam_role" "stocktake" {{
  name = {name}
{path}  description = {description}
  max_session_duration = 3600

  assume_role_policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Principal = {{ AWS = "arn:${{data.aws_partition.current.partition}}:iam::{trusted}:root" }}
      Action    = "sts:AssumeRole"
      Condition = {{ StringEquals = {{ "sts:ExternalId" = {external_id} }} }}
    }}]
  }})
}}

resource "aws_iam_role_policy" "stocktake" {{
  name = "{policy_name}"
  role = aws_iam_role.stocktake.id

  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Sid    = "{policy_name}"
      Effect = "Allow"
      Action = [
{listed}      ]
      Resource = "*"
    }}]
  }})
}}

output "role_arn" {{
  value = aws_iam_role.stocktake.arn
}}
"#,
        variables = variables(grant),
        policy_name = grant.purpose.policy_name,
        name = hcl(&name),
        description = hcl(grant.purpose.description),
    )
}

fn variables(grant: &Grant<'_>) -> String {
    let mut text = String::new();
    if grant.trusted_account.is_none() {
        text.push_str(
            r#"variable "trusted_account_id" {
  type        = string
  description = "FILL IN: the AWS account that stocktake runs with"
}

"#,
        );
    }
    if grant.external_id.is_none() {
        text.push_str(
            r#"variable "external_id" {
  type        = string
  description = "FILL IN: the external id that stocktake shows for this account"
}

"#,
        );
    }
    text
}

/// `msp/readers/name` → `/msp/readers/` and `name`.
fn path_and_name(role: &str) -> (Option<String>, String) {
    match role.trim_matches('/').rsplit_once('/') {
        Some((path, name)) => (Some(format!("/{path}/")), name.to_owned()),
        None => (None, role.trim_matches('/').to_owned()),
    }
}

/// A YAML string: JSON's quoting is valid in it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An HCL string: JSON's quoting, with HCL's own template marks made plain.
fn hcl(text: &str) -> String {
    quoted(text).replace("${", "$${").replace("%{", "%%{")
}
