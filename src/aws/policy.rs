//! What a client must grant, derived from the collectors' declarations alone: a collector that is
//! added changes these documents by itself. This decides what is in them; `policy_templates`
//! decides how each format writes it.

use crate::collectors;
use crate::policy_templates::{cloudformation, terraform};
use domain::AccountId;
use domain::account::PolicyDocuments;

/// Who may take the role, and what it is called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grant<'a> {
    pub(crate) role_name: &'a str,
    /// Unknown, it becomes a parameter of the template.
    pub(crate) external_id: Option<&'a str>,
    /// Unknown, it becomes a parameter of the template.
    pub(crate) trusted_account: Option<&'a AccountId>,
    pub(crate) purpose: Purpose,
}

/// What the role is for, as the documents say it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purpose {
    pub(crate) policy_name: &'static str,
    pub(crate) description: &'static str,
}

const READ: Purpose = Purpose {
    policy_name: "StocktakeRead",
    description: "Lets stocktake read the WorkSpaces inventory of this account",
};

const WRITE: Purpose = Purpose {
    policy_name: "StocktakeWrite",
    description: "Lets stocktake change WorkSpaces of this account, by plans that people approved",
};

/// The three documents. `trusted_account` is the account our own credentials belong to; left out,
/// the templates ask for it, and the same goes for the external id.
#[must_use]
pub fn documents(
    role_name: &str,
    external_id: Option<&str>,
    trusted_account: Option<&AccountId>,
) -> PolicyDocuments {
    let grant = Grant {
        role_name,
        external_id,
        trusted_account,
        purpose: READ,
    };
    let actions: Vec<&str> = actions();
    PolicyDocuments {
        json: permissions(READ.policy_name, &actions),
        cloudformation: cloudformation(&grant, &actions),
        terraform: terraform(&grant, &actions),
    }
}

/// The same for the role through which desktops are changed.
#[must_use]
pub fn write_documents(
    role_name: &str,
    external_id: Option<&str>,
    trusted_account: Option<&AccountId>,
) -> PolicyDocuments {
    let grant = Grant {
        role_name,
        external_id,
        trusted_account,
        purpose: WRITE,
    };
    let mut actions: Vec<&str> = crate::actions::ALL
        .iter()
        .map(|action| action.name)
        .collect();
    actions.sort_unstable();
    PolicyDocuments {
        json: permissions(WRITE.policy_name, &actions),
        cloudformation: cloudformation(&grant, &actions),
        terraform: terraform(&grant, &actions),
    }
}

/// Every action any collector declares, in order of name.
fn actions() -> Vec<&'static str> {
    let mut names: Vec<_> = collectors::actions().iter().map(|a| a.name).collect();
    names.sort_unstable();
    names
}

/// These actions cannot be limited to resources: listing is not about one. Written out, because
/// people read it and expect the version first.
fn permissions(sid: &str, actions: &[&str]) -> String {
    let listed: Vec<String> = actions
        .iter()
        .map(|action| format!("        \"{action}\""))
        .collect();
    format!(
        r#"{{
  "Version": "2012-10-17",
  "Statement": [
    {{
      "Sid": "{sid}",
      "Effect": "Allow",
      "Action": [
{}
      ],
      "Resource": "*"
    }}
  ]
}}
"#,
        listed.join(",\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    #[test]
    fn the_policy_is_exactly_what_is_declared() {
        let json: Value = serde_json::from_str(&documents("r", None, None).json).unwrap();
        let granted: BTreeSet<&str> = json["Statement"][0]["Action"]
            .as_array()
            .unwrap()
            .iter()
            .map(|action| action.as_str().unwrap())
            .collect();
        let declared: BTreeSet<&str> = collectors::ALL
            .iter()
            .flat_map(|declaration| declaration.actions)
            .map(|action| action.name)
            .collect();
        assert_eq!(granted, declared);
    }

    #[test]
    fn the_role_for_changes_is_called_that_in_all_three() {
        let all = write_documents("stocktake-write", None, None);
        for text in [&all.json, &all.cloudformation, &all.terraform] {
            assert!(text.contains("StocktakeWrite"), "{text}");
            assert!(!text.contains("StocktakeRead"), "{text}");
            assert!(text.contains("workspaces:TerminateWorkspaces"), "{text}");
        }
        for template in [&all.cloudformation, &all.terraform] {
            assert!(
                template.contains("Lets stocktake change WorkSpaces"),
                "{template}"
            );
            assert!(!template.contains("stocktake read the"), "{template}");
        }
    }

    #[test]
    fn all_three_with_everything_known() {
        let account = "999988887777".parse().unwrap();
        let all = documents("stocktake-read", Some("acme-42"), Some(&account));
        insta::assert_snapshot!(all.json, @r#"
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "StocktakeRead",
          "Effect": "Allow",
          "Action": [
            "ce:GetCostAndUsage",
            "ce:GetCostAndUsageWithResources",
            "cloudtrail:LookupEvents",
            "cloudwatch:GetMetricData",
            "tag:GetResources",
            "workspaces:DescribeTags",
            "workspaces:DescribeWorkspaceBundles",
            "workspaces:DescribeWorkspaceDirectories",
            "workspaces:DescribeWorkspaces",
            "workspaces:DescribeWorkspacesConnectionStatus"
          ],
          "Resource": "*"
        }
      ]
    }
    "#);
        insta::assert_snapshot!(all.cloudformation, @r#"
    # Create the stack with the capability CAPABILITY_NAMED_IAM: it makes a role with a name.
    AWSTemplateFormatVersion: "2010-09-09"
    Description: "Lets stocktake read the WorkSpaces inventory of this account"
    Resources:
      StocktakeRole:
        Type: AWS::IAM::Role
        Properties:
          RoleName: "stocktake-read"
          Description: "Lets stocktake read the WorkSpaces inventory of this account"
          MaxSessionDuration: 3600
          AssumeRolePolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Principal:
                  AWS: !Sub "arn:${AWS::Partition}:iam::999988887777:root"
                Action: sts:AssumeRole
                Condition:
                  StringEquals:
                    sts:ExternalId: "acme-42"
          Policies:
            - PolicyName: StocktakeRead
              PolicyDocument:
                Version: "2012-10-17"
                Statement:
                  - Sid: StocktakeRead
                    Effect: Allow
                    Action:
                      - "ce:GetCostAndUsage"
                      - "ce:GetCostAndUsageWithResources"
                      - "cloudtrail:LookupEvents"
                      - "cloudwatch:GetMetricData"
                      - "tag:GetResources"
                      - "workspaces:DescribeTags"
                      - "workspaces:DescribeWorkspaceBundles"
                      - "workspaces:DescribeWorkspaceDirectories"
                      - "workspaces:DescribeWorkspaces"
                      - "workspaces:DescribeWorkspacesConnectionStatus"
                    Resource: "*"
    Outputs:
      RoleArn:
        Value: !GetAtt StocktakeRole.Arn
    "#);
        insta::assert_snapshot!(all.terraform, @r#"
    data "aws_partition" "current" {}

    resource "aws_iam_role" "stocktake" {
      name = "stocktake-read"
      description = "Lets stocktake read the WorkSpaces inventory of this account"
      max_session_duration = 3600

      assume_role_policy = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::999988887777:root" }
          Action    = "sts:AssumeRole"
          Condition = { StringEquals = { "sts:ExternalId" = "acme-42" } }
        }]
      })
    }

    resource "aws_iam_role_policy" "stocktake" {
      name = "StocktakeRead"
      role = aws_iam_role.stocktake.id

      policy = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Sid    = "StocktakeRead"
          Effect = "Allow"
          Action = [
            "ce:GetCostAndUsage",
            "ce:GetCostAndUsageWithResources",
            "cloudtrail:LookupEvents",
            "cloudwatch:GetMetricData",
            "tag:GetResources",
            "workspaces:DescribeTags",
            "workspaces:DescribeWorkspaceBundles",
            "workspaces:DescribeWorkspaceDirectories",
            "workspaces:DescribeWorkspaces",
            "workspaces:DescribeWorkspacesConnectionStatus",
          ]
          Resource = "*"
        }]
      })
    }

    output "role_arn" {
      value = aws_iam_role.stocktake.arn
    }
    "#);
    }

    #[test]
    fn what_is_unknown_is_asked_for() {
        let all = documents("stocktake-read", None, None);
        insta::assert_snapshot!(all.cloudformation, @r#"
    # Create the stack with the capability CAPABILITY_NAMED_IAM: it makes a role with a name.
    AWSTemplateFormatVersion: "2010-09-09"
    Description: "Lets stocktake read the WorkSpaces inventory of this account"
    Parameters:
      TrustedAccountId:
        Type: String
        AllowedPattern: "[0-9]{12}"
        Description: "FILL IN: the AWS account that stocktake runs with"
      ExternalId:
        Type: String
        MinLength: 2
        Description: "FILL IN: the external id that stocktake shows for this account"
    Resources:
      StocktakeRole:
        Type: AWS::IAM::Role
        Properties:
          RoleName: "stocktake-read"
          Description: "Lets stocktake read the WorkSpaces inventory of this account"
          MaxSessionDuration: 3600
          AssumeRolePolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Principal:
                  AWS: !Sub "arn:${AWS::Partition}:iam::${TrustedAccountId}:root"
                Action: sts:AssumeRole
                Condition:
                  StringEquals:
                    sts:ExternalId: !Ref ExternalId
          Policies:
            - PolicyName: StocktakeRead
              PolicyDocument:
                Version: "2012-10-17"
                Statement:
                  - Sid: StocktakeRead
                    Effect: Allow
                    Action:
                      - "ce:GetCostAndUsage"
                      - "ce:GetCostAndUsageWithResources"
                      - "cloudtrail:LookupEvents"
                      - "cloudwatch:GetMetricData"
                      - "tag:GetResources"
                      - "workspaces:DescribeTags"
                      - "workspaces:DescribeWorkspaceBundles"
                      - "workspaces:DescribeWorkspaceDirectories"
                      - "workspaces:DescribeWorkspaces"
                      - "workspaces:DescribeWorkspacesConnectionStatus"
                    Resource: "*"
    Outputs:
      RoleArn:
        Value: !GetAtt StocktakeRole.Arn
    "#);
        insta::assert_snapshot!(all.terraform, @r#"
    variable "trusted_account_id" {
      type        = string
      description = "FILL IN: the AWS account that stocktake runs with"
    }

    variable "external_id" {
      type        = string
      description = "FILL IN: the external id that stocktake shows for this account"
    }

    data "aws_partition" "current" {}

    resource "aws_iam_role" "stocktake" {
      name = "stocktake-read"
      description = "Lets stocktake read the WorkSpaces inventory of this account"
      max_session_duration = 3600

      assume_role_policy = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${var.trusted_account_id}:root" }
          Action    = "sts:AssumeRole"
          Condition = { StringEquals = { "sts:ExternalId" = var.external_id } }
        }]
      })
    }

    resource "aws_iam_role_policy" "stocktake" {
      name = "StocktakeRead"
      role = aws_iam_role.stocktake.id

      policy = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Sid    = "StocktakeRead"
          Effect = "Allow"
          Action = [
            "ce:GetCostAndUsage",
            "ce:GetCostAndUsageWithResources",
            "cloudtrail:LookupEvents",
            "cloudwatch:GetMetricData",
            "tag:GetResources",
            "workspaces:DescribeTags",
            "workspaces:DescribeWorkspaceBundles",
            "workspaces:DescribeWorkspaceDirectories",
            "workspaces:DescribeWorkspaces",
            "workspaces:DescribeWorkspacesConnectionStatus",
          ]
          Resource = "*"
        }]
      })
    }

    output "role_arn" {
      value = aws_iam_role.stocktake.arn
    }
    "#);
    }

    #[test]
    fn a_role_with_a_path_keeps_it() {
        let all = documents("msp/readers/stocktake-read", Some("x"), None);
        assert!(all.cloudformation.contains("Path: \"/msp/readers/\""));
        assert!(all.cloudformation.contains("RoleName: \"stocktake-read\""));
        assert!(all.terraform.contains("path = \"/msp/readers/\""));
    }

    #[test]
    fn odd_characters_cannot_leave_their_quotes() {
        let all = documents("r", Some("a\"b\n${var.x}%{if}"), None);
        assert!(all.cloudformation.contains(r#""a\"b\n${var.x}%{if}""#));
        assert!(all.terraform.contains(r#""a\"b\n$${var.x}%%{if}""#));
    }
}
