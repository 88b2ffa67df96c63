# The rule that takes ActionTrail's events to palisade-actiontrail, for accounts in which the trigger in
# template.yml may not make it. See eventbridge.md; the pattern is that of the trigger.

terraform {
  required_providers {
    alicloud = {
      source  = "aliyun/alicloud"
      version = ">= 1.208.1"
    }
  }
}

variable "region" {
  description = "Region of the functions; the rule must be there as well."
  type        = string
  default     = "cn-hangzhou"
}

variable "function_name" {
  description = "Function that gets the events."
  type        = string
  default     = "palisade-actiontrail"
}

variable "service_name" {
  description = "FC 2.0 service of the function; null for FC 3.0."
  type        = string
  default     = null
}

variable "create_service_linked_role" {
  description = "Whether the role is made by which EventBridge calls functions; an account has it once."
  type        = bool
  default     = true
}

provider "alicloud" {
  region = var.region
}

data "alicloud_account" "current" {}

locals {
  # FC 3.0 has no services.
  function_path = (
    var.service_name == null
    ? "functions/${var.function_name}"
    : "services/${var.service_name}.LATEST/functions/${var.function_name}"
  )
  parameters = {
    functionName = var.function_name
    serviceName  = var.service_name
    Qualifier    = "LATEST"
  }
}

resource "alicloud_event_bridge_service_linked_role" "send_to_functions" {
  count        = var.create_service_linked_role ? 1 : 0
  product_name = "AliyunServiceRoleForEventBridgeSendToFC"
}

resource "alicloud_event_bridge_rule" "changes" {
  # Events of Alibaba Cloud's own services come over this bus only.
  event_bus_name = "default"
  rule_name      = "palisade-changes"
  description    = "Takes changes of security groups to Palisade."
  filter_pattern = <<-JSON
    {
      "type": [{ "suffix": ":ActionTrail:ApiCall" }, { "suffix": ":ActionTrail:ConsoleOperation" }],
      "data": { "serviceName": ["Ecs"] }
    }
  JSON

  targets {
    target_id           = "palisade-actiontrail"
    type                = "acs.fc.function"
    endpoint            = "acs:fc:${var.region}:${data.alicloud_account.current.id}:${local.function_path}"
    push_retry_strategy = "EXPONENTIAL_DECAY_RETRY"

    dynamic "param_list" {
      for_each = { for key, value in local.parameters : key => value if value != null }
      content {
        resource_key = param_list.key
        form         = "CONSTANT"
        value        = param_list.value
      }
    }

    # The whole CloudEvent, as the trigger would send it.
    param_list {
      resource_key = "Body"
      form         = "ORIGINAL"
    }
  }

  depends_on = [alicloud_event_bridge_service_linked_role.send_to_functions]
}
